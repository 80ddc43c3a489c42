// SPDX-License-Identifier: MIT
#include "levelgrad/host/trainer.h"

#include <cmath>
#include <string>
#include <utility>

#include "levelgrad/diagnose.h"
#include "levelgrad/error.h"
#include "levelgrad/losses.h"
#include "levelgrad/number_text.h"
#include "levelgrad/optimizers.h"

namespace levelgrad::host {
namespace {

void require(bool holds, const std::string& what) {
  if (!holds) throw ArgumentError(what);
}

void check(const Dataset& data, const TrainOptions& options) {
  require(data.example_count() > 0, "a data set without examples");
  for (const double label : data.labels) {
    require(label == -1 || label == 1, "labels must be -1 or 1, not " + shortest(label));
  }
  require(options.steps >= 0, "steps must not be negative");
  require(std::isfinite(options.lr) && options.lr > 0, "lr must be a positive number");
  require(std::isfinite(options.l2) && options.l2 >= 0, "l2 must be 0 or a positive number");
}

MLP make_model(const Dataset& data, const TrainOptions& options, Graph& graph) {
  check(data, options);
  const Graph::Use use(graph);
  PythonRandom random(options.seed);
  std::vector<int> outputs = options.hidden;
  outputs.push_back(1);
  return MLP(static_cast<int>(data.feature_count), outputs, random);
}

}  // namespace

Trainer::Trainer(const Dataset& data, TrainOptions options)
    : data_(data),
      options_(std::move(options)),
      graph_(std::make_unique<Graph>()),
      model_(make_model(data_, options_, *graph_)),
      parameters_(model_.parameters()) {}

Value Trainer::forward(std::span<const double> inputs) const {
  return model_(std::vector<Value>(inputs.begin(), inputs.end())).front();
}

double Trainer::score(std::span<const double> inputs) {
  const Graph::Use use(*graph_);
  const Graph::Scope scope;
  return forward(inputs).data();
}

StepReport Trainer::step() {
  const Graph::Use use(*graph_);
  const Graph::Scope scope;
  std::vector<Value> losses;
  losses.reserve(data_.example_count());
  std::size_t right = 0;
  for (std::size_t i = 0; i < data_.example_count(); ++i) {
    const Value score =
        forward(std::span(data_.inputs).subspan(i * data_.feature_count, data_.feature_count));
    right += (score.data() > 0) == (data_.labels[i] > 0) ? 1 : 0;
    losses.push_back(hinge(score, data_.labels[i]));
  }
  const Value total = mean(losses) + options_.l2 * l2(parameters_);

  const StepReport report{
      next_step_, total.data(),
      100.0 * static_cast<double>(right) / static_cast<double>(data_.example_count())};
  model_.zero_grad();
  total.backward();
  update(total, report);
  ++next_step_;
  return report;
}

void Trainer::update(const Value& total, const StepReport& report) {
  const double rate = optimizer::linear_rate(options_.lr, report.step, options_.steps);
  std::vector<double> updated;
  updated.reserve(parameters_.size());
  bool finite = std::isfinite(report.loss);
  for (const Value& p : parameters_) {
    updated.push_back(optimizer::Sgd::updated(p.data(), p.grad(), rate));
    finite = finite && std::isfinite(p.grad()) && std::isfinite(updated.back());
  }
  if (!finite) {
    const auto found = find_non_finite(total);
    throw DivergedError(
        "step " + std::to_string(report.step) + ": " +
            (found ? found->description : "a parameter leaves the range of numbers in the update"),
        "the rate is probably too high: try a smaller --lr than " + shortest(options_.lr));
  }
  for (std::size_t i = 0; i < parameters_.size(); ++i) parameters_[i].set_data(updated[i]);
}

}  // namespace levelgrad::host
