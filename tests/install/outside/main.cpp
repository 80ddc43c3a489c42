// SPDX-License-Identifier: MIT
//
// What a user of the installed library writes: a model, ops, a loss and an optimizer of his own.
// Exit code 0: it learnt, with the same bits on both executors.
#include <cstddef>
#include <iostream>
#include <vector>

#include "levelgrad/host/host_executor.h"
#include "levelgrad/math.h"
#include "levelgrad/random.h"
#include "levelgrad/record.h"
#include "levelgrad/reference_executor.h"
#include "levelgrad/value.h"

namespace {

using namespace levelgrad;

/// An op made of ops: its derivative follows.
Value mish(const Value& x) { return x * tanh(softplus(x)); }

/// An op with a derivative of its own: the sign of x as value, 1 between -1 and 1 as derivative.
/// What is detached gets no grad, and x - detach(x) is 0.
Value sign(const Value& x) {
  const Value value = 1 - 2 * less(x, 0);
  const Value derivative = less(abs(x), 1);
  return detach(value) + (x - detach(x)) * detach(derivative);
}

/// y = sum of v[k] * mish(w[k] * x + b[k]), plus c * sign(x + s).
struct Model {
  std::vector<Value> parameters;

  explicit Model(int width) {
    PythonRandom random(7);
    for (int k = 0; k < 3 * width + 2; ++k) parameters.emplace_back(random.uniform(-1, 1));
  }
  Value operator()(const Value& x) const {
    const std::size_t last = parameters.size() - 1;
    Value y = parameters[last] * sign(x + parameters[last - 1]);
    for (std::size_t k = 0; k + 1 < last; k += 3) {
      y = y + parameters[k] * mish(parameters[k + 1] * x + parameters[k + 2]);
    }
    return y;
  }
};

/// A loss: log(1 + d * d), which forgives outliers.
Value cauchy(const Value& prediction, const Value& target) {
  return log1p(square(prediction - target));
}

/// An optimizer, written as those of levelgrad/optimizers.h are: gradient descent with momentum.
struct Momentum {
  struct State {
    double velocity = 0;
  };
  double rate, kept;

  [[nodiscard]] double updated(double p, double grad, State& state) const {
    state.velocity = kept * state.velocity + grad;
    return p - rate * state.velocity;
  }
};

struct Trained {
  std::vector<double> losses, parameters;
};

Trained train(Executor& executor, const Program& program, const std::vector<double>& examples) {
  executor.load(program);
  Trained trained{{}, executor.parameters()};
  const Momentum optimizer{.rate = 0.05, .kept = 0.9};
  std::vector<Momentum::State> states(trained.parameters.size());
  std::vector<double> loss(1), grads(states.size());
  for (int step = 0; step < 40; ++step) {
    executor.run({.example_count = examples.size() / 2, .inputs = examples},
                 {.loss = loss, .grads = grads});
    trained.losses.push_back(loss[0]);
    for (std::size_t k = 0; k < states.size(); ++k) {
      trained.parameters[k] = optimizer.updated(trained.parameters[k], grads[k], states[k]);
    }
    executor.set_parameters(trained.parameters);
  }
  return trained;
}

}  // namespace

int main() {
  const Model model(4);
  const Program program = record(model.parameters, [&](Recording& example) {
    const Value x = example.input("x");
    example.output("loss", mean(cauchy(model(x), example.input("y"))));
  });
  std::vector<double> examples;  // x, and y = x * x, from x = 0 on one more
  for (int k = -100; k < 100; ++k) {
    const double x = k / 50.0;
    examples.insert(examples.end(), {x, x * x + (k < 0 ? 0 : 1)});
  }

  host::HostExecutor host;
  ReferenceExecutor reference;
  const Trained fast = train(host, program, examples);
  const Trained defined = train(reference, program, examples);
  std::cout << "loss " << fast.losses.front() << " -> " << fast.losses.back() << "\n";
  const bool learnt = fast.losses.back() < 0.5 * fast.losses.front();
  const bool same = fast.losses == defined.losses && fast.parameters == defined.parameters;
  return learnt && same ? 0 : 1;
}
