// SPDX-License-Identifier: MIT
//
// Training of an MLP on a data set, full batch, by an Executor: micrograd's demo and EurekaLabs'.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "levelgrad/executor.h"
#include "levelgrad/host/dataset.h"
#include "levelgrad/host/presets.h"
#include "levelgrad/nn.h"

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

/// What the update after a step takes of its optimizer; steps count from 0.
template <class T>
[[nodiscard]] BasicUpdate<T> update_of_step(const TrainOptions& options, int step);

/// The numbers that the parameters of a Trainer's Program start from, without the recording.
///
/// weights   draws as the Trainer's does. errors   ArgumentError for layers without neurons.
[[nodiscard]] std::vector<double> initial_parameters(const Dataset& data,
                                                     const TrainOptions& options,
                                                     const WeightSource& weights);

/// The Program of a Trainer whose l2 is one more parameter, as record_classifier_with_penalty()
/// says.
///
/// errors   as the Trainer's; ArgumentError for weight decay, which would change the parameter.
[[nodiscard]] Program record_with_penalty(const Dataset& data, const TrainOptions& options,
                                          const WeightSource& weights);

/// Per cent of the examples with the right sign, or the highest score right.
///
/// scores   [score][example]. labels   [example].
template <class T>
[[nodiscard]] double accuracy_of(Loss loss, std::span<const T> scores,
                                 std::span<const double> labels);

/// What a step saw before it updated the parameters.
struct StepReport {
  int step;         ///< counts from 0
  double loss;      ///< mean over the examples, plus the L2 penalty
  double accuracy;  ///< as accuracy_of()
};

/// Trains an MLP with linear outputs on the mean loss plus l2 * sum(p * p).
///
/// The MLP is recorded once; each step is a run and an update of the executor.
class Trainer {
public:
  /// data       copied, the label behind each example's inputs.
  /// weights    draws the initial weights, during the call.
  /// executor   null: a HostExecutor.
  /// errors     ArgumentError for sizes, rates or labels without meaning, and for a network whose
  ///            step this machine cannot hold.
  Trainer(const Dataset& data, TrainOptions options, const WeightSource& weights,
          std::unique_ptr<Executor> executor = nullptr);

  /// One forward pass, backward pass and update.
  ///
  /// errors   DivergedError where the loss, a grad, an updated parameter or an optimizer's state is
  ///          not finite; it names the first node that is not. The parameters are then those before
  ///          the step.
  StepReport step();

  [[nodiscard]] bool done() const { return next_step_ == options_.steps; }

  /// The network's outputs for many points. inputs [count, feature_count], the result has
  /// [count, score_count()]. Errors: ShapeError.
  [[nodiscard]] std::vector<double> scores(std::span<const double> inputs);
  [[nodiscard]] std::size_t score_count() const { return program_.outputs().size() - 1; }
  /// The loss over other examples of the same kind of labels, as step() reports it.
  [[nodiscard]] double loss(const Dataset& data);

  /// What is run: names and initial numbers of the parameters, the network's graph.
  [[nodiscard]] const Program& program() const { return program_; }
  /// The numbers now, in the order of the Program.
  [[nodiscard]] std::vector<double> parameters() const { return executor_->parameters(); }
  [[nodiscard]] const Executor& executor() const { return *executor_; }

private:
  [[noreturn]] void refuse_step(const Batch& batch) const;

  TrainOptions options_;
  std::unique_ptr<Executor> executor_;
  Program program_;
  std::vector<double> rows_;    // [example][features..., label]
  std::vector<double> labels_;  // [example]
  std::vector<double> scores_;  // [score][example], of the last step
  int next_step_ = 0;
};

extern template BasicUpdate<float> update_of_step<float>(const TrainOptions&, int);
extern template BasicUpdate<double> update_of_step<double>(const TrainOptions&, int);
extern template double accuracy_of(Loss, std::span<const float>, std::span<const double>);
extern template double accuracy_of(Loss, std::span<const double>, std::span<const double>);

}  // namespace levelgrad::host
