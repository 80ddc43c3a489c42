// SPDX-License-Identifier: MIT
//
// The training run of EurekaLabsAI/micrograd (micrograd.py) on levelgrad's engine, its 110 lines on
// stdout. Everything that decides a digit is spelled out in the original's order; the loss and the
// optimizer differ in form from levelgrad's own.
#include <cstdio>
#include <vector>

#include "levelgrad/host/yin_yang.h"
#include "levelgrad/losses.h"
#include "levelgrad/math.h"
#include "levelgrad/nn.h"
#include "levelgrad/number_text.h"

namespace {

using namespace levelgrad;

/// -log(e^l_target / sum of e^l): no highest logit is subtracted.
Value negative_log_likelihood(const std::vector<Value>& logits, std::size_t target) {
  std::vector<Value> exponentials;
  for (const Value& logit : logits) exponentials.push_back(exp(logit));
  const Value total = sum(exponentials);
  const Value probability = exponentials[target] * pow(total, -1);
  return log(probability) * -1.0;
}

Value mean_loss(const MLP& model, const host::Dataset& data) {
  Value total = 0.0;
  for (std::size_t i = 0; i < data.example_count(); ++i) {
    const std::vector<Value> x = {data.inputs[2 * i], data.inputs[2 * i + 1]};
    const auto target = static_cast<std::size_t>(data.labels[i]);
    total = total + negative_log_likelihood(model(x), target);
  }
  return total * (1.0 / static_cast<double>(data.example_count()));
}

/// AdamW with the weight decay inside the update, and each power by pow.
class AdamW {
public:
  explicit AdamW(std::vector<Value> parameters)
      : parameters_(std::move(parameters)), m_(parameters_.size()), v_(parameters_.size()) {}

  void step() {
    const double lr = 0.1, beta1 = 0.9, beta2 = 0.95, weight_decay = 1e-4;
    const double t = ++t_;
    for (std::size_t i = 0; i < parameters_.size(); ++i) {
      const double p = parameters_[i].data();
      const double grad = parameters_[i].grad();
      m_[i] = beta1 * m_[i] + (1 - beta1) * grad;
      v_[i] = beta2 * v_[i] + (1 - beta2) * math::pow_const(grad, 2.0);
      const double m_hat = m_[i] / (1 - math::pow(beta1, t));
      const double v_hat = v_[i] / (1 - math::pow(beta2, t));
      const double direction = m_hat / (math::pow_const(v_hat, 0.5) + 1e-8) + weight_decay * p;
      parameters_[i].set_data(p - lr * direction);
    }
  }

private:
  std::vector<Value> parameters_;
  std::vector<double> m_, v_;
  int t_ = 0;
};

}  // namespace

int main() {
  XorShift64Star random(42);
  const host::Splits data = host::yin_yang(random, 100);
  const MLP model(2, {8, 3}, random, Activation::Tanh);
  AdamW optimizer(model.parameters());
  for (int step = 0; step < 100; ++step) {
    const Graph::Scope scope;
    if (step % 10 == 0) {
      std::printf("step %d/100, val loss %.6f\n", step + 1,
                  mean_loss(model, data.validation).data());
    }
    const Value loss = mean_loss(model, data.train);
    loss.backward();
    optimizer.step();
    model.zero_grad();
    std::printf("step %d/100, train loss %s\n", step + 1, shortest(loss.data()).c_str());
  }
}
