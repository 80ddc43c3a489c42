// SPDX-License-Identifier: MIT
#include "levelgrad/host/trainer.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "levelgrad/batch_order.h"
#include "levelgrad/diagnose.h"
#include "levelgrad/error.h"
#include "levelgrad/host/host_executor.h"
#include "levelgrad/number_text.h"
#include "levelgrad/reference_executor.h"

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

/// Neurons of each layer.
std::vector<int> layers_of(const Dataset& data, const TrainOptions& options) {
  std::vector<int> outputs = options.hidden;
  outputs.push_back(output_count(data, options.loss));
  return outputs;
}

/// What a training holds at its peak, in bytes, by measurements of resident memory.
///
/// That is the recording: a weight is a parameter, a product and a sum, and a product and a sum in
/// the L2 penalty, first as nodes and then as a Program. The host executor's numbers fit into what
/// the recording has left; the reference executor builds the graph of a whole chunk.
double memory_of(double weights, std::size_t example_count, const Executor& executor) {
  constexpr double recorded = 1400;
  constexpr double example_in_chunk = 210;
  const bool builds_chunks = dynamic_cast<const ReferenceExecutor*>(&executor) != nullptr;
  const auto examples = static_cast<double>(std::min(example_count, chunk_size));
  return weights * (recorded + (builds_chunks ? examples * example_in_chunk : 0));
}

/// Refuses a network whose step this machine cannot hold, instead of being killed in the middle.
void check_size(const Dataset& data, const std::vector<int>& outputs, const Executor& executor) {
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

std::unique_ptr<Executor> or_default(std::unique_ptr<Executor> executor) {
  return executor ? std::move(executor) : std::make_unique<HostExecutor>();
}

/// What record_it(model) makes of the network, in a Graph of its own.
template <class Record>
Program record_model(const Dataset& data, const TrainOptions& options, const WeightSource& weights,
                     const Executor& executor, const Record& record_it) {
  check(data, options);
  const std::vector<int> outputs = layers_of(data, options);
  check_size(data, outputs, executor);
  Graph graph;
  const Graph::Use use(graph);
  return record_it(MLP(static_cast<int>(data.feature_count), outputs, weights, options.activation));
}

/// A span for each output of the Program; the first, the loss, is left out.
std::vector<std::span<double>> score_spans(std::span<double> scores, std::size_t count) {
  std::vector<std::span<double>> spans(1);
  for (std::size_t begin = 0; begin < scores.size(); begin += count) {
    spans.push_back(scores.subspan(begin, count));
  }
  return spans;
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

template <class T>
BasicUpdate<T> update_of_step(const TrainOptions& options, int step) {
  if (options.optimizer == Optimizer::Sgd) {
    const double rate = optimizer::linear_rate(options.lr, step, options.steps);
    return optimizer::Sgd::Scalars<T>{static_cast<T>(rate)};
  }
  return optimizer::AdamW::scalars<T>({.lr = options.lr,
                                       .beta1 = 0.9,
                                       .beta2 = 0.95,
                                       .eps = 1e-8,
                                       .weight_decay = options.weight_decay},
                                      step + 1);
}

std::vector<double> initial_parameters(const Dataset& data, const TrainOptions& options,
                                       const WeightSource& weights) {
  Graph graph;
  const Graph::Use use(graph);
  const MLP model(static_cast<int>(data.feature_count), layers_of(data, options), weights,
                  options.activation);
  std::vector<double> numbers;
  for (const Value& parameter : model.parameters()) numbers.push_back(parameter.data());
  return numbers;
}

Program record_with_penalty(const Dataset& data, const TrainOptions& options,
                            const WeightSource& weights) {
  require(options.weight_decay == 0, "weight decay would change a penalty that is a parameter");
  return record_model(data, options, weights, HostExecutor(), [&](const MLP& model) {
    return record_classifier_with_penalty(model, options.loss);
  });
}

template <class T>
double accuracy_of(Loss loss, std::span<const T> scores, std::span<const double> labels) {
  const std::size_t count = labels.size();
  std::size_t right = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (loss == Loss::Hinge) {
      right += (scores[i] > 0) == (labels[i] > 0) ? 1 : 0;
      continue;
    }
    std::size_t best = 0;
    for (std::size_t k = 1; k < scores.size() / count; ++k) {
      if (scores[k * count + i] > scores[best * count + i]) best = k;
    }
    right += best == static_cast<std::size_t>(labels[i]) ? 1 : 0;
  }
  return 100.0 * static_cast<double>(right) / static_cast<double>(count);
}

template BasicUpdate<float> update_of_step<float>(const TrainOptions&, int);
template BasicUpdate<double> update_of_step<double>(const TrainOptions&, int);
template double accuracy_of(Loss, std::span<const float>, std::span<const double>);
template double accuracy_of(Loss, std::span<const double>, std::span<const double>);

Trainer::Trainer(const Dataset& data, TrainOptions options, const WeightSource& weights,
                 std::unique_ptr<Executor> executor)
    : options_(std::move(options)),
      executor_(or_default(std::move(executor))),
      program_(record_model(data, options_, weights, *executor_,
                            [this](const MLP& model) {
                              return record_classifier(model, options_.loss, options_.l2);
                            })),
      rows_(inputs_and_labels(data)),
      labels_(data.labels),
      scores_(score_count() * labels_.size()) {
  executor_->load(program_);
}

std::vector<double> Trainer::scores(std::span<const double> inputs) {
  const std::size_t width = program_.input_count() - 1;
  const std::size_t count = inputs.size() / width;
  if (inputs.size() % width != 0) {
    throw ShapeError(std::to_string(inputs.size()) + " numbers for points of " +
                     std::to_string(width));
  }
  if (count == 0) return {};
  Dataset points{width, {inputs.begin(), inputs.end()}, std::vector<double>(count, 1.0)};
  const std::vector<double> rows = inputs_and_labels(points);  // any label will do
  std::vector<double> by_score(score_count() * count);
  executor_->run({count, rows}, {.outputs = score_spans(by_score, count)});
  std::vector<double> by_point;
  by_point.reserve(by_score.size());
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t k = 0; k < score_count(); ++k) by_point.push_back(by_score[k * count + i]);
  }
  return by_point;
}

double Trainer::loss(const Dataset& data) {
  check_labels(data, options_.loss);
  require(options_.loss == Loss::Hinge ||
              *std::ranges::max_element(data.labels) < static_cast<double>(score_count()),
          "labels of classes that the network was not made for");
  const std::vector<double> rows = inputs_and_labels(data);
  double loss = 0;
  executor_->run({data.example_count(), rows}, {.loss = std::span(&loss, 1)});
  return loss;
}

StepReport Trainer::step() {
  const Batch batch = {labels_.size(), rows_};
  double loss = 0;
  executor_->run(batch, {.loss = std::span(&loss, 1),
                         .outputs = score_spans(scores_, labels_.size()),
                         .backward = true});
  if (!std::isfinite(loss) || !executor_->update(update_of_step<double>(options_, next_step_)))
    refuse_step(batch);
  return {next_step_++, loss,
          accuracy_of(options_.loss, std::span<const double>(scores_), labels_)};
}

void Trainer::refuse_step(const Batch& batch) const {
  const std::vector<double> parameters = executor_->parameters();
  const auto found =
      find_non_finite(std::span(&program_, 1), batch, std::span<const double>(parameters));
  throw DivergedError(
      "step " + std::to_string(next_step_) + ": " +
          (found ? found->description : "a parameter leaves the range of numbers in the update"),
      "the rate is probably too high: try a smaller --lr than " + shortest(options_.lr));
}

}  // namespace levelgrad::host
