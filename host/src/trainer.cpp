// SPDX-License-Identifier: MIT
#include "levelgrad/host/trainer.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "levelgrad/diagnose.h"
#include "levelgrad/error.h"
#include "levelgrad/losses.h"
#include "levelgrad/number_text.h"

namespace levelgrad::host {
namespace {

void require(bool holds, const std::string& what) {
  if (!holds) throw ArgumentError(what);
}

void require_not_negative(double number, const std::string& name) {
  require(std::isfinite(number) && number >= 0, name + " must be 0 or a positive number");
}

void check_labels(const Dataset& data, Loss loss) {
  require(data.example_count() > 0, "a data set without examples");
  const auto count = static_cast<double>(data.example_count());
  for (const double label : data.labels) {
    if (loss == Loss::Hinge) {
      require(label == -1 || label == 1, "labels must be -1 or 1, not " + shortest(label));
    } else {
      // A class without examples would be a mistake, so a class is below their number.
      require(label >= 0 && label < count && label == std::floor(label),
              "labels must be 0, 1, ..., less than there are examples, not " + shortest(label));
    }
  }
}

void check(const Dataset& data, const TrainOptions& options) {
  check_labels(data, options.loss);
  require(options.steps >= 0, "steps must not be negative");
  require(std::isfinite(options.lr) && options.lr > 0, "lr must be a positive number");
  require_not_negative(options.l2, "l2");
  require_not_negative(options.weight_decay, "weight-decay");
}

int output_count(const Dataset& data, Loss loss) {
  if (loss == Loss::Hinge) return 1;
  return 1 + static_cast<int>(*std::ranges::max_element(data.labels));
}

/// Refuses a network whose step this machine cannot hold, instead of being killed in the middle.
void check_size(const Dataset& data, const std::vector<int>& outputs) {
  double weights = 0;
  auto inputs = static_cast<double>(data.feature_count);
  for (const int count : outputs) {
    weights += inputs * count;
    inputs = count;
  }
  // A product and a sum for each weight and example.
  const double nodes = weights * (2 * static_cast<double>(data.example_count()) + 1);
  const double memory =
      static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
  const double room = std::min(memory / sizeof(Node<double>), 4294967295.0);
  require(nodes < room, "a step of this network needs " + shortest(nodes) +
                            " nodes, and there is " + "room for " + shortest(std::floor(room)) +
                            ": use fewer neurons");
}

MLP make_model(const Dataset& data, const TrainOptions& options, const WeightSource& weights,
               Graph& graph) {
  check(data, options);
  const Graph::Use use(graph);
  std::vector<int> outputs = options.hidden;
  outputs.push_back(output_count(data, options.loss));
  check_size(data, outputs);
  return MLP(static_cast<int>(data.feature_count), outputs, weights, options.activation);
}

Value loss_of(const std::vector<Value>& scores, double label, Loss loss) {
  if (loss == Loss::Hinge) return hinge(scores.front(), label);
  return cross_entropy(scores, static_cast<std::size_t>(label));
}

bool is_right(const std::vector<Value>& scores, double label, Loss loss) {
  if (loss == Loss::Hinge) return (scores.front().data() > 0) == (label > 0);
  const auto best =
      std::ranges::max_element(scores, {}, [](const Value& score) { return score.data(); });
  return best - scores.begin() == static_cast<std::ptrdiff_t>(label);
}

}  // namespace

TrainOptions yin_yang_options() {
  return {.hidden = {8},
          .activation = Activation::Tanh,
          .loss = Loss::CrossEntropy,
          .optimizer = Optimizer::AdamW,
          .steps = 100,
          .lr = 0.1,
          .l2 = 0,
          .weight_decay = 1e-4};
}

Trainer::Trainer(const Dataset& data, TrainOptions options, const WeightSource& weights)
    : data_(data),
      options_(std::move(options)),
      graph_(std::make_unique<Graph>()),
      model_(make_model(data_, options_, weights, *graph_)),
      parameters_(model_.parameters()),
      states_(parameters_.size()) {}

std::vector<Value> Trainer::outputs(std::span<const double> inputs) const {
  return model_(std::vector<Value>(inputs.begin(), inputs.end()));
}

std::vector<double> Trainer::scores(std::span<const double> inputs) {
  const Graph::Use use(*graph_);
  const Graph::Scope scope;
  std::vector<double> numbers;
  for (const Value& output : outputs(inputs)) numbers.push_back(output.data());
  return numbers;
}

double Trainer::mean_loss(const Dataset& data) {
  check_labels(data, options_.loss);
  const Graph::Use use(*graph_);
  const Graph::Scope scope;
  return forward(data).mean_loss.data();
}

Trainer::Forward Trainer::forward(const Dataset& data) const {
  std::vector<Value> losses;
  losses.reserve(data.example_count());
  std::size_t right = 0;
  for (std::size_t i = 0; i < data.example_count(); ++i) {
    const std::vector<Value> scores =
        outputs(std::span(data.inputs).subspan(i * data.feature_count, data.feature_count));
    right += is_right(scores, data.labels[i], options_.loss) ? 1 : 0;
    losses.push_back(loss_of(scores, data.labels[i], options_.loss));
  }
  return {mean(losses),
          100.0 * static_cast<double>(right) / static_cast<double>(data.example_count())};
}

StepReport Trainer::step() {
  const Graph::Use use(*graph_);
  const Graph::Scope scope;
  const Forward batch = forward(data_);
  const Value total =
      options_.l2 > 0 ? batch.mean_loss + options_.l2 * l2(parameters_) : batch.mean_loss;

  const StepReport report{next_step_, total.data(), batch.accuracy};
  model_.zero_grad();
  total.backward();
  update(total, report);
  ++next_step_;
  return report;
}

std::vector<double> Trainer::updated_parameters(AdamWStates& states) const {
  std::vector<double> updated;
  updated.reserve(parameters_.size());
  if (options_.optimizer == Optimizer::Sgd) {
    const double rate = optimizer::linear_rate(options_.lr, next_step_, options_.steps);
    for (const Value& p : parameters_) {
      optimizer::Sgd::State<double> none;
      updated.push_back(optimizer::Sgd::updated(p.data(), p.grad(), none, {rate}));
    }
    return updated;
  }
  const auto scalars = optimizer::AdamW::scalars<double>({.lr = options_.lr,
                                                          .beta1 = 0.9,
                                                          .beta2 = 0.95,
                                                          .eps = 1e-8,
                                                          .weight_decay = options_.weight_decay},
                                                         next_step_ + 1);
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const Value& p = parameters_[i];
    updated.push_back(optimizer::AdamW::updated(p.data(), p.grad(), states[i], scalars));
  }
  return updated;
}

void Trainer::update(const Value& total, const StepReport& report) {
  AdamWStates states = states_;
  const std::vector<double> updated = updated_parameters(states);
  bool finite = std::isfinite(report.loss);
  for (std::size_t i = 0; i < updated.size(); ++i) {
    finite = finite && std::isfinite(parameters_[i].grad()) && std::isfinite(updated[i]) &&
             std::isfinite(states[i].v);
  }
  if (!finite) {
    const auto found = find_non_finite(total);
    throw DivergedError(
        "step " + std::to_string(report.step) + ": " +
            (found ? found->description : "a parameter leaves the range of numbers in the update"),
        "the rate is probably too high: try a smaller --lr than " + shortest(options_.lr));
  }
  for (std::size_t i = 0; i < parameters_.size(); ++i) parameters_[i].set_data(updated[i]);
  states_ = std::move(states);
}

}  // namespace levelgrad::host
