// SPDX-License-Identifier: MIT
//
// Training of an MLP on a data set by an Executor.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "levelgrad/executor.h"
#include "levelgrad/host/dataset.h"
#include "levelgrad/host/train_options.h"

namespace levelgrad::host {

/// The network of a Trainer, in the current Graph. errors   ArgumentError for layers without
/// neurons.
[[nodiscard]] MLP make_network(const Dataset& data, const TrainOptions& options,
                               const WeightSource& weights);

/// The numbers that the parameters of a Trainer's Program start from, without the recording.
///
/// weights   draws as the Trainer's does. errors   ArgumentError for layers without neurons.
[[nodiscard]] std::vector<double> initial_parameters(const Dataset& data,
                                                     const TrainOptions& options,
                                                     const WeightSource& weights);

/// The Program that a Trainer records and runs: record_loss()'s of an MLP.
///
/// weights   draws as the Trainer's does. errors   as the Trainer's of a host executor.
[[nodiscard]] Program record_network(const Dataset& data, const TrainOptions& options,
                                     const WeightSource& weights);

/// The Program of a Trainer whose l2 is one more parameter, as record_loss_with_penalty() says.
///
/// errors   as the Trainer's; ArgumentError for weight decay, which would change the parameter.
[[nodiscard]] Program record_with_penalty(const Dataset& data, const TrainOptions& options,
                                          const WeightSource& weights);

/// How well scores meet labels: per cent of the examples with the right sign, or the highest score
/// right; for SquaredError R2, the share of the labels' variance that is explained.
///
/// scores   [score][example]. labels   [example].
template <class T>
[[nodiscard]] double accuracy_of(Loss loss, std::span<const T> scores,
                                 std::span<const double> labels);

/// What the parameters make of some examples.
struct Evaluation {
  double loss;      ///< mean over the examples, plus the penalties
  double accuracy;  ///< as accuracy_of()
};

/// What a training looks like before an update.
struct StepReport {
  int step;     ///< so many updates were done
  double loss;  ///< over the examples that are trained on, as in Evaluation
  double accuracy;
  std::optional<Evaluation> validation = std::nullopt;  ///< of other examples, where there are some
};

/// All that a training needs to go on where another one stopped.
template <class T>
struct TrainerState {
  int step = 0;               ///< updates done
  std::vector<T> parameters;  ///< in the order of the Program
  BasicOptimizerState<T> optimizer;
};

/// Trains an MLP with linear outputs on the mean loss of its batches, plus penalties.
///
/// The MLP is recorded once; a step is a run and an update of the executor. What is between two
/// reports is one call of its run_steps(), so nothing is read back there.
template <class T>
class BasicTrainer {
public:
  /// data         copied, the label behind each example's inputs.
  /// weights      draws the initial weights, during the call.
  /// executor     null: a host executor.
  /// validation   examples to report on; copied; may be none.
  /// errors       ArgumentError for sizes, rates or labels without meaning, for a batch larger than
  ///              the data, and for a network whose step this machine cannot hold.
  BasicTrainer(const Dataset& data, TrainOptions options, const WeightSource& weights,
               std::unique_ptr<BasicExecutor<T>> executor = nullptr,
               const Dataset& validation = {});

  /// What the parameters make of the examples now.
  ///
  /// errors   DivergedError where the loss is not finite, as advance().
  StepReport report();

  /// Trains up to the next report, or to the end.
  ///
  /// stop     asked now and then: true ends the call after the step.
  /// pause    the call ends after a multiple of so many steps, too; 0: it does not.
  /// order    batches are the next examples in the order of the epoch, the last of which may be
  ///          short; with shuffle the order is permutation(count, seed, epoch).
  /// errors   DivergedError where the loss, a grad, an updated parameter or an optimizer's state is
  ///          not finite; it names the first node that is not. The parameters are then those before
  ///          the step.
  void advance(
      const std::function<bool()>& stop = [] { return false; }, int pause = 0);

  /// report(), then advance().
  StepReport step() {
    const StepReport before = report();
    advance();
    return before;
  }

  [[nodiscard]] int steps_done() const { return next_step_; }
  [[nodiscard]] bool done() const { return next_step_ >= options_.steps; }
  /// Whether a report is due, which it is at the start, after each interval and at the end.
  [[nodiscard]] bool report_due() const { return done() || next_step_ % interval() == 0; }
  [[nodiscard]] int steps_of_epoch() const;

  /// The network's outputs for many points. inputs [count, feature_count], the result has
  /// [count, score_count()]. Errors: ShapeError.
  [[nodiscard]] std::vector<double> scores(std::span<const double> inputs);
  [[nodiscard]] std::size_t score_count() const { return program_.outputs().size() - 1; }
  /// What the parameters make of other examples. Errors: ArgumentError for labels without meaning,
  /// ShapeError for another number of features.
  [[nodiscard]] Evaluation evaluate(const Dataset& data);

  [[nodiscard]] TrainerState<T> state() const;
  /// Goes on from there. Errors: ShapeError, ArgumentError for a state of another training.
  void restore(const TrainerState<T>& state);

  /// What is run: names and initial numbers of the parameters, the network's graph.
  [[nodiscard]] const Program& program() const { return program_; }
  /// The numbers now, in the order of the Program.
  [[nodiscard]] std::vector<T> parameters() const { return executor_->parameters(); }
  [[nodiscard]] const BasicExecutor<T>& executor() const { return *executor_; }
  [[nodiscard]] const TrainOptions& options() const { return options_; }

private:
  /// Examples as the Program takes them.
  struct Examples {
    std::vector<T> rows;                // [example][features..., label]
    std::vector<double> labels;         // [example]
    std::vector<std::uint32_t> places;  // Dataset's
    [[nodiscard]] BasicBatch<T> batch() const { return {labels.size(), rows}; }
  };

  [[nodiscard]] static Examples examples_of(const Dataset& data);
  /// Whether a step sees all examples in the order in which they stand.
  [[nodiscard]] bool whole_batches() const {
    return batch_size_ == train_.labels.size() && !options_.shuffle;
  }
  [[nodiscard]] Evaluation evaluate(const Examples& examples, bool backward);
  [[nodiscard]] int interval() const;
  /// The first multiple behind the step, but not behind the last step.
  [[nodiscard]] int next_multiple(int of) const;
  void update();
  void run_steps(int end);
  [[nodiscard]] std::span<const std::uint32_t> batch_of(int step);
  /// examples   which of the training's the batch has; empty: all.
  void refuse_step(int step, const BasicBatch<T>& batch,
                   std::span<const std::uint32_t> examples = {}) const;
  /// "; it is row 58 of the data", where its number in the batch does not say so.
  [[nodiscard]] std::string row_text(std::size_t example,
                                     std::span<const std::uint32_t> examples) const;

  TrainOptions options_;
  std::unique_ptr<BasicExecutor<T>> executor_;
  Program program_;
  Examples train_, validation_;
  std::size_t batch_size_;
  std::vector<T> scores_;             // [score][example], of the last evaluation
  std::vector<std::uint32_t> order_;  // of the examples in an epoch
  int order_epoch_ = -1;              // which
  int next_step_ = 0;
  bool has_grads_ = false;  // of all examples, with the parameters as they are
  int window_ = 1;          // steps that are run at once: as many as take a moment
};

extern template class BasicTrainer<float>;
extern template class BasicTrainer<double>;
using Trainer = BasicTrainer<double>;

extern template double accuracy_of(Loss, std::span<const float>, std::span<const double>);
extern template double accuracy_of(Loss, std::span<const double>, std::span<const double>);

}  // namespace levelgrad::host
