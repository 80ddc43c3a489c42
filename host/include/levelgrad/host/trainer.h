// SPDX-License-Identifier: MIT
//
// Training of an MLP on a data set, full batch, on plain Values: micrograd's demo and EurekaLabs'.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "levelgrad/host/dataset.h"
#include "levelgrad/host/presets.h"
#include "levelgrad/nn.h"
#include "levelgrad/optimizers.h"

namespace levelgrad::host {

/// Sgd: the rate is lr - 0.9 * lr * k / steps. AdamW: the rate is lr, the betas are 0.9 and 0.95,
/// eps is 1e-8.
enum class Optimizer : unsigned char { Sgd, AdamW };

/// What the moons demo uses, unless told otherwise.
struct TrainOptions {
  std::vector<int> hidden = {16, 16};  ///< neurons of each hidden layer
  Activation activation = Activation::Relu;
  Loss loss = Loss::Hinge;
  Optimizer optimizer = Optimizer::Sgd;
  int steps = 100;
  double lr = 1.0;          ///< rate of the first step
  double l2 = 1e-4;         ///< weight of the sum of squared parameters in the loss
  double weight_decay = 0;  ///< of AdamW
};

/// What the yin-yang demo uses: EurekaLabsAI/micrograd's settings.
[[nodiscard]] TrainOptions yin_yang_options();

/// What a step saw before it updated the parameters.
struct StepReport {
  int step;         ///< counts from 0
  double loss;      ///< mean over the examples, plus the L2 penalty
  double accuracy;  ///< per cent of the examples with the right sign, or the highest score right
};

/// Trains an MLP with linear outputs on the mean loss plus l2 * sum(p * p).
///
/// Each step builds the graph of the whole batch from Values and releases it again.
class Trainer {
public:
  /// data      borrowed.
  /// weights   draws the initial weights, during the call.
  /// errors    ArgumentError for sizes, rates or labels without meaning.
  Trainer(const Dataset& data, TrainOptions options, const WeightSource& weights);

  /// One forward pass, backward pass and update.
  ///
  /// errors   DivergedError where the loss, a grad or an updated parameter is not finite; it names
  ///          the first node that is not. The parameters are then those before the step.
  StepReport step();

  [[nodiscard]] bool done() const { return next_step_ == options_.steps; }

  /// The network's outputs for one point. inputs [feature_count].
  [[nodiscard]] std::vector<double> scores(std::span<const double> inputs);
  /// The mean loss over other examples, of the same kind of labels; without the L2 penalty.
  [[nodiscard]] double mean_loss(const Dataset& data);
  [[nodiscard]] const MLP& model() const { return model_; }
  /// The Graph that the parameters live in.
  [[nodiscard]] Graph& graph() { return *graph_; }

private:
  using AdamWStates = std::vector<optimizer::AdamW::State<double>>;

  struct Forward {
    Value mean_loss;
    double accuracy;
  };
  [[nodiscard]] Forward forward(const Dataset& data) const;
  [[nodiscard]] std::vector<Value> outputs(std::span<const double> inputs) const;
  [[nodiscard]] std::vector<double> updated_parameters(AdamWStates& states) const;
  void update(const Value& total, const StepReport& report);

  const Dataset& data_;
  TrainOptions options_;
  std::unique_ptr<Graph> graph_;
  MLP model_;
  std::vector<Value> parameters_;
  AdamWStates states_;  // [parameter]
  int next_step_ = 0;
};

}  // namespace levelgrad::host
