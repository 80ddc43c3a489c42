// SPDX-License-Identifier: MIT
//
// Training of an MLP on a data set, full batch, on plain Values: micrograd's demo.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "levelgrad/host/dataset.h"
#include "levelgrad/nn.h"

namespace levelgrad::host {

struct TrainOptions {
  std::vector<int> hidden = {16, 16};  ///< neurons of each hidden layer
  std::uint64_t seed = 1337;           ///< of PythonRandom, which draws the weights
  int steps = 100;
  double lr = 1.0;   ///< rate of the first step; falls to a tenth
  double l2 = 1e-4;  ///< weight of the sum of squared parameters
};

/// What a step saw before it updated the parameters.
struct StepReport {
  int step;         ///< counts from 0
  double loss;      ///< mean hinge loss plus the L2 penalty
  double accuracy;  ///< per cent of the examples with the right sign
};

/// Trains an MLP with one linear output on labels -1 and 1: mean hinge loss plus
/// l2 * sum(p * p), gradient descent with the rate lr - 0.9 * lr * k / steps.
///
/// Each step builds the graph of the whole batch from Values and releases it again.
class Trainer {
public:
  /// data     borrowed; labels -1 and 1.
  /// errors   ArgumentError for sizes, rates or labels without meaning.
  Trainer(const Dataset& data, TrainOptions options);

  /// One forward pass, backward pass and update.
  ///
  /// errors   DivergedError where the loss, a grad or an updated parameter is not finite; it names
  ///          the first node that is not. The parameters are then those before the step.
  StepReport step();

  [[nodiscard]] bool done() const { return next_step_ == options_.steps; }

  /// The network's output for one point. inputs [feature_count].
  [[nodiscard]] double score(std::span<const double> inputs);
  [[nodiscard]] const MLP& model() const { return model_; }
  /// The Graph that the parameters live in.
  [[nodiscard]] Graph& graph() { return *graph_; }

private:
  [[nodiscard]] Value forward(std::span<const double> inputs) const;
  void update(const Value& total, const StepReport& report);

  const Dataset& data_;
  TrainOptions options_;
  std::unique_ptr<Graph> graph_;
  MLP model_;
  std::vector<Value> parameters_;
  int next_step_ = 0;
};

}  // namespace levelgrad::host
