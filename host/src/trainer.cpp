// SPDX-License-Identifier: MIT
#include "levelgrad/host/trainer.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>

#include "levelgrad/batch_order.h"
#include "levelgrad/counter_random.h"
#include "levelgrad/diagnose.h"
#include "levelgrad/error.h"
#include "levelgrad/host/host_executor.h"
#include "levelgrad/host/metrics.h"
#include "levelgrad/number_text.h"
#include "levelgrad/reference_executor.h"
#include "score_spans.h"

namespace levelgrad::host {
namespace {

void require(bool holds, const std::string& what) {
  if (!holds) throw ArgumentError(what);
}

/// classes   that there are; 0: any number of them.
void check_labels(const Dataset& data, Loss loss, int classes) {
  require(data.example_count() > 0, "a data set without examples");
  // A class without examples would be a mistake, so a class is below their number.
  const double count = classes > 0 ? classes : static_cast<double>(data.example_count());
  for (const double label : data.labels) {
    switch (loss) {
      case Loss::Hinge:
        require(label == -1 || label == 1, "labels must be -1 or 1, not " + shortest(label));
        break;
      case Loss::BinaryCrossEntropy:
        require(label == 0 || label == 1, "labels must be 0 or 1, not " + shortest(label));
        break;
      case Loss::CrossEntropy:
        require(
            label >= 0 && label < count && label == std::floor(label),
            "labels must be 0, 1, ..., less than " + shortest(count) + ", not " + shortest(label));
        break;
      case Loss::SquaredError:
        require(std::isfinite(label), "a label that is not finite");
        break;
    }
  }
}

int output_count(const Dataset& data, const TrainOptions& options) {
  if (options.loss != Loss::CrossEntropy) return 1;
  if (options.classes > 0) return options.classes;
  return 1 + static_cast<int>(*std::ranges::max_element(data.labels));
}

/// Neurons of each layer.
std::vector<int> layers_of(const Dataset& data, const TrainOptions& options) {
  std::vector<int> outputs = options.hidden;
  outputs.push_back(output_count(data, options));
  return outputs;
}

/// What a training holds at its peak, in bytes, by measurements of resident memory.
///
/// That is the recording: a weight is a parameter, a product and a sum, and a product and a sum in
/// the L2 penalty, first as nodes and then as a Program. The host executor's numbers fit into what
/// the recording has left; the reference executor builds the graph of a whole chunk.
template <class T>
double memory_of(double weights, std::size_t example_count, const BasicExecutor<T>& executor) {
  constexpr double recorded = 1400;
  constexpr double example_in_chunk = 210;
  const bool builds_chunks = dynamic_cast<const BasicReferenceExecutor<T>*>(&executor) != nullptr;
  const auto examples = static_cast<double>(std::min(example_count, chunk_size));
  return weights * (recorded + (builds_chunks ? examples * example_in_chunk : 0));
}

/// Refuses a network whose step this machine cannot hold, instead of being killed in the middle.
template <class T>
void check_size(const Dataset& data, const std::vector<int>& outputs,
                const BasicExecutor<T>& executor) {
  double weights = 0;
  auto inputs = static_cast<double>(data.feature_count);
  for (const int count : outputs) {
    weights += inputs * count;
    inputs = count;
  }
  const double needed = memory_of(weights, data.example_count(), executor);
  const double memory =
      static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
  constexpr double mebibyte = 1024.0 * 1024.0;
  require(needed < memory, "this network needs " + shortest(std::ceil(needed / mebibyte)) +
                               " MiB of memory, and there are " +
                               shortest(std::floor(memory / mebibyte)) + ": use fewer neurons");
  require(5 * weights < 4294967294.0, "this network has " + shortest(weights) +
                                          " weights, more than a Program can hold: use " +
                                          "fewer neurons");
}

template <class T>
std::unique_ptr<BasicExecutor<T>> or_default(std::unique_ptr<BasicExecutor<T>> executor) {
  return executor ? std::move(executor) : std::make_unique<BasicHostExecutor<T>>();
}

/// What record_it(model) makes of the network, in a Graph of its own.
template <class T, class Record>
Program record_model(const Dataset& data, const TrainOptions& options, const WeightSource& weights,
                     const BasicExecutor<T>& executor, const Record& record_it) {
  check(options);
  check_labels(data, options.loss, options.classes);
  check_size(data, layers_of(data, options), executor);
  Graph graph;
  const Graph::Use use(graph);
  return record_it(make_network(data, options, weights));
}

template <class T>
Program record_for(const Dataset& data, const TrainOptions& options, const WeightSource& weights,
                   const BasicExecutor<T>& executor) {
  return record_model(data, options, weights, executor, [&](const MLP& model) {
    return record_loss(model, options.loss, {options.l1, options.l2});
  });
}

/// Whether the example's scores name its label.
template <class T>
bool is_right(Loss loss, std::span<const T> scores, double label, std::size_t i,
              std::size_t count) {
  if (loss == Loss::Hinge) return (scores[i] > 0) == (label > 0);
  if (loss == Loss::BinaryCrossEntropy) return (scores[i] > 0) == (label > 0.5);
  std::size_t best = 0;
  for (std::size_t k = 1; k < scores.size() / count; ++k) {
    if (scores[k * count + i] > scores[best * count + i]) best = k;
  }
  return best == static_cast<std::size_t>(label);
}

}  // namespace

MLP make_network(const Dataset& data, const TrainOptions& options, const WeightSource& weights) {
  return {static_cast<int>(data.feature_count), layers_of(data, options), weights,
          options.activation};
}

std::vector<double> initial_parameters(const Dataset& data, const TrainOptions& options,
                                       const WeightSource& weights) {
  Graph graph;
  const Graph::Use use(graph);
  std::vector<double> numbers;
  for (const Value& parameter : make_network(data, options, weights).parameters()) {
    numbers.push_back(parameter.data());
  }
  return numbers;
}

Program record_network(const Dataset& data, const TrainOptions& options,
                       const WeightSource& weights) {
  return record_for(data, options, weights, HostExecutor());
}

Program record_with_penalty(const Dataset& data, const TrainOptions& options,
                            const WeightSource& weights) {
  require(options.weight_decay == 0, "weight decay would change a penalty that is a parameter");
  return record_model(data, options, weights, HostExecutor(), [&](const MLP& model) {
    return record_loss_with_penalty(model, options.loss, options.l1);
  });
}

template <class T>
double accuracy_of(Loss loss, std::span<const T> scores, std::span<const double> labels) {
  if (loss == Loss::SquaredError) {
    return regression_metrics(labels, std::vector<double>(scores.begin(), scores.end())).r2;
  }
  const std::size_t count = labels.size();
  std::size_t right = 0;
  for (std::size_t i = 0; i < count; ++i) {
    right += is_right(loss, scores, labels[i], i, count) ? 1 : 0;
  }
  return 100.0 * static_cast<double>(right) / static_cast<double>(count);
}

template double accuracy_of(Loss, std::span<const float>, std::span<const double>);
template double accuracy_of(Loss, std::span<const double>, std::span<const double>);

template <class T>
BasicTrainer<T>::BasicTrainer(const Dataset& data, TrainOptions options,
                              const WeightSource& weights,
                              std::unique_ptr<BasicExecutor<T>> executor, const Dataset& validation)
    : options_(std::move(options)),
      executor_(or_default(std::move(executor))),
      program_(record_for(data, options_, weights, *executor_)),
      train_(examples_of(data)),
      validation_(examples_of(validation)),
      batch_size_(options_.batch == 0 ? data.example_count() : options_.batch) {
  if (batch_size_ > data.example_count()) {
    throw ArgumentError("a batch of " + std::to_string(batch_size_) + " of " +
                            std::to_string(data.example_count()) + " examples",
                        "try a smaller --batch, or --batch full");
  }
  executor_->load(program_);
}

template <class T>
auto BasicTrainer<T>::examples_of(const Dataset& data) -> Examples {
  const std::vector<double> rows = inputs_and_labels(data);
  return {{rows.begin(), rows.end()}, data.labels, data.places};
}

template <class T>
int BasicTrainer<T>::steps_of_epoch() const {
  return static_cast<int>((train_.labels.size() + batch_size_ - 1) / batch_size_);
}

template <class T>
std::vector<double> BasicTrainer<T>::scores(std::span<const double> inputs) {
  const std::size_t width = program_.input_count() - 1;
  const std::size_t count = inputs.size() / width;
  if (inputs.size() % width != 0) {
    throw ShapeError(std::to_string(inputs.size()) + " numbers for points of " +
                     std::to_string(width));
  }
  if (count == 0) return {};
  // Any label will do.
  const Examples points =
      examples_of({width, {inputs.begin(), inputs.end()}, std::vector<double>(count, 1.0)});
  std::vector<T> by_score(score_count() * count);
  executor_->run(points.batch(), {.outputs = score_spans<T>(by_score, count)});
  has_grads_ = false;
  std::vector<double> by_point;
  by_point.reserve(by_score.size());
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t k = 0; k < score_count(); ++k) by_point.push_back(by_score[k * count + i]);
  }
  return by_point;
}

template <class T>
Evaluation BasicTrainer<T>::evaluate(const Dataset& data) {
  check_labels(data, options_.loss, static_cast<int>(score_count()));
  has_grads_ = false;
  return evaluate(examples_of(data), false);
}

template <class T>
Evaluation BasicTrainer<T>::evaluate(const Examples& examples, bool backward) {
  T loss = 0;
  scores_.resize(score_count() * examples.labels.size());
  executor_->run(examples.batch(), {.loss = std::span(&loss, 1),
                                    .outputs = score_spans<T>(scores_, examples.labels.size()),
                                    .backward = backward});
  return {loss, accuracy_of<T>(options_.loss, scores_, examples.labels)};
}

template <class T>
StepReport BasicTrainer<T>::report() {
  std::optional<Evaluation> validation;
  if (!validation_.labels.empty()) validation = evaluate(validation_, false);
  // A step over all examples needs the same forward pass, and goes on from here.
  has_grads_ = whole_batches() && !done();
  const Evaluation train = evaluate(train_, has_grads_);
  if (!std::isfinite(train.loss)) refuse_step(next_step_, train_.batch());
  return {next_step_, train.loss, train.accuracy, validation};
}

template <class T>
int BasicTrainer<T>::next_multiple(int of) const {
  const int left = of - next_step_ % of;
  return left > options_.steps - next_step_ ? options_.steps : next_step_ + left;
}

template <class T>
int BasicTrainer<T>::interval() const {
  return options_.report_every > 0 ? options_.report_every : steps_of_epoch();
}

template <class T>
void BasicTrainer<T>::advance(const std::function<bool()>& stop, int pause) {
  using Clock = std::chrono::steady_clock;
  constexpr std::chrono::milliseconds moment(200);
  constexpr int most = 1 << 16;  // each has an update to keep
  int end = std::min(options_.steps, next_multiple(interval()));
  if (pause > 0) end = std::min(end, next_multiple(pause));
  if (has_grads_ && next_step_ < end) update();
  has_grads_ = false;
  while (next_step_ < end && !stop()) {
    const auto start = Clock::now();
    run_steps(std::min(end, next_step_ + window_));
    // How many steps a call takes has no effect on bits, only on how soon it can be stopped.
    if (Clock::now() - start < moment) window_ = std::min(2 * window_, most);
  }
}

template <class T>
void BasicTrainer<T>::update() {
  if (!executor_->update(update_of_step<T>(options_, next_step_))) {
    refuse_step(next_step_, train_.batch());
  }
  ++next_step_;
}

template <class T>
std::span<const std::uint32_t> BasicTrainer<T>::batch_of(int step) {
  const int epoch = options_.shuffle ? step / steps_of_epoch() : 0;
  const auto count = static_cast<std::uint32_t>(train_.labels.size());
  if (epoch != order_epoch_) {
    if (options_.shuffle) {
      order_ = permutation(count, options_.seed, static_cast<std::uint64_t>(epoch));
    } else {
      order_.resize(count);
      std::iota(order_.begin(), order_.end(), 0U);
    }
    order_epoch_ = epoch;
  }
  const std::size_t first = static_cast<std::size_t>(step % steps_of_epoch()) * batch_size_;
  return std::span<const std::uint32_t>(order_).subspan(
      first, std::min(batch_size_, order_.size() - first));
}

/// Steps up to end, but no more than share an order of the examples.
template <class T>
void BasicTrainer<T>::run_steps(int end) {
  if (options_.shuffle) {
    end = std::min(end, next_step_ + steps_of_epoch() - next_step_ % steps_of_epoch());
  }
  std::vector<BasicUpdate<T>> updates;
  BasicSteps<T> steps;
  steps.example_count = train_.labels.size();
  steps.inputs = train_.rows;
  for (int step = next_step_; step < end; ++step) {
    steps.batches.push_back(batch_of(step));
    updates.push_back(update_of_step<T>(options_, step));
  }
  steps.updates = updates;
  const BasicStepsReport<T> report = executor_->run_steps(steps);
  next_step_ += static_cast<int>(report.losses.size());
  if (report.finite) return;
  --next_step_;
  std::vector<T> rows;
  const std::span<const std::uint32_t> examples = batch_of(next_step_);
  for (const std::uint32_t example : examples) {
    const auto row =
        std::span(train_.rows).subspan(example * program_.input_count(), program_.input_count());
    rows.insert(rows.end(), row.begin(), row.end());
  }
  refuse_step(next_step_, {examples.size(), rows}, examples);
}

template <class T>
std::string BasicTrainer<T>::row_text(std::size_t example,
                                      std::span<const std::uint32_t> examples) const {
  if (examples.empty() && train_.places.empty()) return "";
  if (!examples.empty()) example = examples[example];
  if (!train_.places.empty()) example = train_.places[example];
  return "; it is row " + std::to_string(example + 1) + " of the data";
}

template <class T>
void BasicTrainer<T>::refuse_step(int step, const BasicBatch<T>& batch,
                                  std::span<const std::uint32_t> examples) const {
  const std::vector<T> parameters = executor_->parameters();
  const auto found =
      find_non_finite(std::span(&program_, 1), batch, std::span<const T>(parameters));
  std::string where = "a parameter leaves the range of numbers in the update";
  if (found) {
    where = found->description;
    if (found->example) where += row_text(*found->example, examples);
  }
  throw DivergedError(
      "step " + std::to_string(step) + ": " + where,
      step == 0 ? "that is before the first update: the inputs may be too large (try --standardize)"
                  ", or the weights"
                : "the rate is probably too high: try a smaller --lr than " +
                      shortest(options_.lr) + ", or --clip-norm 1");
}

template <class T>
TrainerState<T> BasicTrainer<T>::state() const {
  return {next_step_, executor_->parameters(), executor_->optimizer_state()};
}

template <class T>
void BasicTrainer<T>::restore(const TrainerState<T>& state) {
  if (state.step < 0 || state.step > options_.steps) {
    throw ArgumentError("a state after " + std::to_string(state.step) +
                        " steps for a training of " + std::to_string(options_.steps));
  }
  executor_->set_parameters(state.parameters);
  executor_->set_optimizer_state(state.optimizer);
  next_step_ = state.step;
  has_grads_ = false;
}

template class BasicTrainer<float>;
template class BasicTrainer<double>;

}  // namespace levelgrad::host
