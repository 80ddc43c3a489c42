// SPDX-License-Identifier: MIT
#include "score.h"

#include "levelgrad/error.h"
#include "levelgrad/host/host_executor.h"
#include "levelgrad/math.h"
#include "score_spans.h"

namespace levelgrad::app {
namespace {

template <class T>
Scored score_with(const host::TrainedModel& model, const host::Dataset& data,
                  BasicExecutor<T>& executor) {
  executor.load(model.program);
  executor.set_parameters(std::vector<T>(model.parameters.begin(), model.parameters.end()));
  const std::vector<double> numbers = host::inputs_and_labels(data);
  const std::vector<T> rows(numbers.begin(), numbers.end());
  const std::size_t count = data.example_count();
  std::vector<T> scores((model.program.outputs().size() - 1) * count);
  T loss = 0;
  executor.run({.example_count = count, .inputs = rows},
               {.loss = std::span(&loss, 1), .outputs = host::score_spans<T>(scores, count)});
  return {loss, {scores.begin(), scores.end()}};
}

template <class T>
Scored score_as(const host::TrainedModel& model, const host::Dataset& data,
                const std::optional<ExecutorChoice>& choice) {
  if (!choice) {
    host::BasicHostExecutor<T> executor;
    return score_with<T>(model, data, executor);
  }
  const auto executor = make_executor<T>(choice->names.front(), choice->options);
  return score_with<T>(model, data, *executor);
}

}  // namespace

Scored score(const host::TrainedModel& model, const host::Dataset& data,
             const std::optional<ExecutorChoice>& executor) {
  if (data.example_count() == 0) return {};
  return model.f32 ? score_as<float>(model, data, executor)
                   : score_as<double>(model, data, executor);
}

std::vector<double> in_units(const host::TrainedModel& model, std::span<const double> numbers) {
  std::vector<double> made(numbers.begin(), numbers.end());
  if (model.target.means.empty()) return made;
  for (double& number : made) number = number * model.target.scales[0] + model.target.means[0];
  return made;
}

std::vector<std::uint32_t> classes_of(const host::TrainedModel& model,
                                      std::span<const double> labels) {
  std::vector<std::uint32_t> classes;
  for (const double label : labels) {
    const bool sides = model.loss == host::Loss::Hinge;
    classes.push_back(sides ? (label > 0 ? 1 : 0) : static_cast<std::uint32_t>(label));
  }
  return classes;
}

host::Confusion confusion_of(const host::TrainedModel& model, const host::Dataset& data,
                             const Scored& scored) {
  const std::size_t scores = scored.scores.size() / data.example_count();
  return host::confusion(classes_of(model, data.labels),
                         host::predicted_classes(scored.scores, scores), model.class_names.size());
}

std::vector<double> probabilities(const host::TrainedModel& model, std::span<const double> scores) {
  if (model.loss != host::Loss::CrossEntropy && model.loss != host::Loss::BinaryCrossEntropy) {
    throw UsageError("--probabilities: a model of the loss " + host::name_of(model.loss) +
                     " has none");
  }
  const std::size_t rows = model.loss == host::Loss::CrossEntropy ? model.class_names.size() : 1;
  const std::size_t count = scores.size() / rows;
  std::vector<double> made;
  for (std::size_t i = 0; i < count; ++i) {
    if (rows == 1) {
      const double p = math::sigmoid(scores[i]);
      made.insert(made.end(), {1 - p, p});
      continue;
    }
    double highest = scores[i], total = 0;
    for (std::size_t k = 1; k < rows; ++k) highest = std::max(highest, scores[k * count + i]);
    for (std::size_t k = 0; k < rows; ++k) {
      made.push_back(math::exp(scores[k * count + i] - highest));
      total += made.back();
    }
    for (std::size_t k = 0; k < rows; ++k) made[made.size() - 1 - k] /= total;
  }
  return made;
}

}  // namespace levelgrad::app
