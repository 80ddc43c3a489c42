// SPDX-License-Identifier: MIT
//
// Recorded classifiers: the Programs of the demos.
#pragma once

#include "levelgrad/nn.h"
#include "levelgrad/program.h"

namespace levelgrad::host {

/// Hinge: one score, labels -1 and 1. CrossEntropy: a score for each class, labels 0, 1, ...
enum class Loss : unsigned char { Hinge, CrossEntropy };

/// Records the loss of one example, and what the batch makes of it.
///
/// inputs    "x[0]", "x[1]", ..., then "y", the label.
/// outputs   "loss", which is mean(loss of an example) + l2 * l2(parameters), or the mean alone
///           where l2 is 0; then "score", or "score[0]", "score[1]", ... where there are several.
/// order     for up to 128 examples the bits of the same expression on plain Values.
/// errors    ShapeError for Hinge and a model with several outputs; as record().
[[nodiscard]] Program record_classifier(const MLP& model, Loss loss, double l2);

/// The same with l2 as one more parameter, the last, so that many models can each have its own.
/// Its grad is 0: an optimizer without weight decay keeps it.
///
/// order     where the parameter is not 0, the bits of the other Program with that number.
[[nodiscard]] Program record_classifier_with_penalty(const MLP& model, Loss loss);

}  // namespace levelgrad::host
