// SPDX-License-Identifier: MIT
//
// Recorded networks with their loss.
#pragma once

#include "levelgrad/nn.h"
#include "levelgrad/program.h"

namespace levelgrad::host {

/// Hinge: one score, labels -1 and 1. BinaryCrossEntropy: one score, the logit of class 1, labels 0
/// and 1. CrossEntropy: a score for each class, labels 0, 1, ... SquaredError: one score, which
/// is to be the label.
enum class Loss : unsigned char { Hinge, BinaryCrossEntropy, CrossEntropy, SquaredError };

/// Weights of the penalties on the parameters.
struct Penalties {
  double l1 = 0, l2 = 0;
};

/// Records the loss of one example, and what the batch makes of it.
///
/// inputs    "x[0]", "x[1]", ..., then "y", the label.
/// outputs   "loss", which is (mean(loss of an example) + l2 * l2(parameters)) + l1 *
///           l1(parameters), without what has the weight 0; then "score", or "score[0]",
///           "score[1]", ... where there are several.
/// order     for up to 128 examples the bits of the same expression on plain Values.
/// errors    ShapeError for a model with several outputs where the loss takes one; as record().
[[nodiscard]] Program record_loss(const MLP& model, Loss loss, const Penalties& penalties);

/// The same with l2 as one more parameter, the last, so that many models can each have its own.
/// Its grad is 0: an optimizer without weight decay keeps it.
///
/// order     where the parameter is not 0, the bits of the other Program with that number.
[[nodiscard]] Program record_loss_with_penalty(const MLP& model, Loss loss, double weight_of_l1);

}  // namespace levelgrad::host
