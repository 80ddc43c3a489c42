// SPDX-License-Identifier: MIT
//
// What a trained model says of examples.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "executor_choice.h"
#include "levelgrad/host/dataset.h"
#include "levelgrad/host/metrics.h"
#include "levelgrad/host/trained_model.h"

namespace levelgrad::app {

struct Scored {
  double loss = 0;             ///< mean over the examples, plus the penalties
  std::vector<double> scores;  ///< [score, example]
};

/// Runs a model forward in the dtype that it was trained in.
///
/// data       inputs and labels as the network takes them.
/// executor   which to run; none: the host executor.
[[nodiscard]] Scored score(const host::TrainedModel& model, const host::Dataset& data,
                           const std::optional<ExecutorChoice>& executor = std::nullopt);

/// Labels, or scores, of a model that predicts numbers, in the target's own units.
[[nodiscard]] std::vector<double> in_units(const host::TrainedModel& model,
                                           std::span<const double> numbers);

/// The classes 0, 1, ... that labels stand for.
[[nodiscard]] std::vector<std::uint32_t> classes_of(const host::TrainedModel& model,
                                                    std::span<const double> labels);
/// Of a model with classes: which it takes the examples for.
[[nodiscard]] host::Confusion confusion_of(const host::TrainedModel& model,
                                           const host::Dataset& data, const Scored& scored);
/// Probabilities of the classes, [example, class]: sigmoid or softmax of the scores. A model of the
/// hinge loss has none. Errors: UsageError.
[[nodiscard]] std::vector<double> probabilities(const host::TrainedModel& model,
                                                std::span<const double> scores);

}  // namespace levelgrad::app
