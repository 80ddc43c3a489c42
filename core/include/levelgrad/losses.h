// SPDX-License-Identifier: MIT
//
// Sums over Values, and the losses made of them. All folds go left to right and start from 0.
#pragma once

#include <source_location>
#include <span>

#include "levelgrad/error.h"
#include "levelgrad/value.h"

namespace levelgrad {

/// ((0 + v[0]) + v[1]) + ...; 0 for no values.
template <class T>
[[nodiscard]] BasicValue<T> sum(std::span<const BasicValue<T>> values);

/// sum(values) * (1 / count): two roundings, as the batch order's mean. Errors: ArgumentError for
/// no values.
template <class T>
[[nodiscard]] BasicValue<T> mean(std::span<const BasicValue<T>> values);

/// Max-margin loss of one example: relu(1 + -label * score), label -1 or 1.
template <class T>
[[nodiscard]] BasicValue<T> hinge(const BasicValue<T>& score, double label);

/// The same where the label is an input of a recording.
template <class T>
[[nodiscard]] BasicValue<T> hinge(const BasicValue<T>& score, const BasicValue<T>& label);

/// Mean of (prediction - target) ** 2. Errors: ShapeError where the lengths differ; ArgumentError
/// for none.
template <class T>
[[nodiscard]] BasicValue<T> mse(std::span<const BasicValue<T>> predictions,
                                std::span<const double> targets);

/// Mean of |prediction - target|. Errors: as mse().
template <class T>
[[nodiscard]] BasicValue<T> l1(std::span<const BasicValue<T>> predictions,
                               std::span<const double> targets);

/// Mean of 0.5 * q * q + delta * (|d| - q) with d = prediction - target, q = min(|d|, delta): a
/// parabola up to delta, straight lines beyond. Errors: as mse(), and ArgumentError for a delta
/// that is not a positive number.
template <class T>
[[nodiscard]] BasicValue<T> huber(std::span<const BasicValue<T>> predictions,
                                  std::span<const double> targets, double delta);

/// e^l / sum of e^l for each logit l, and the logarithms of that.
///
/// Stable: the highest logit is subtracted first, as a number that gets no grad, so no exp
/// overflows; a constant added to all logits changes the result by roundings only. A row with a
/// NaN, an inf or nothing but -inf gives NaN. errors   ArgumentError for no logits.
template <class T>
[[nodiscard]] std::vector<BasicValue<T>> softmax(std::span<const BasicValue<T>> logits);
template <class T>
[[nodiscard]] std::vector<BasicValue<T>> log_softmax(std::span<const BasicValue<T>> logits);

/// Loss of one example whose class is class_index: -log_softmax(logits)[class_index].
///
/// Its grad is softmax(logits), less 1 at class_index.
/// errors   ArgumentError for no logits, or no logit of this index.
template <class T>
[[nodiscard]] BasicValue<T> cross_entropy(std::span<const BasicValue<T>> logits,
                                          std::size_t class_index);

/// The same where the class is an input of a recording: 0, 1, ...; the logit is chosen by ops, in
/// one graph for all classes. What is below 0 counts as 0, what is above the last class as that.
///
/// The bits are those of the function above: a logit that is not chosen only gets a +0 more.
template <class T>
[[nodiscard]] BasicValue<T> cross_entropy(std::span<const BasicValue<T>> logits,
                                          const BasicValue<T>& class_index);

/// Loss of one example of two classes: softplus(logit) - target * logit, which is
/// -target * log(p) - (1 - target) * log(1 - p) for p = sigmoid(logit).
///
/// The error is up to an ulp of the logit: a loss far below the logit is 0.
/// errors   ArgumentError for a target outside [0, 1].
template <class T>
[[nodiscard]] BasicValue<T> binary_cross_entropy(const BasicValue<T>& logit, double target);

/// The same where the target is an input of a recording, which is not checked.
template <class T>
[[nodiscard]] BasicValue<T> binary_cross_entropy(const BasicValue<T>& logit,
                                                 const BasicValue<T>& target);

/// (prediction - target) ** 2, where the target is an input of a recording: the mse of one number.
template <class T>
[[nodiscard]] BasicValue<T> squared_error(const BasicValue<T>& prediction,
                                          const BasicValue<T>& target);

/// Sum of p * p over the parameters, the L2 penalty; multiply it by its weight.
template <class T>
[[nodiscard]] BasicValue<T> l2(std::span<const BasicValue<T>> parameters);

/// Sum of |p| over the parameters, the L1 penalty; multiply it by its weight.
template <class T>
[[nodiscard]] BasicValue<T> l1(std::span<const BasicValue<T>> parameters);

// A vector converts to a span, but not where T must be deduced.
template <class T>
[[nodiscard]] BasicValue<T> sum(const std::vector<BasicValue<T>>& values) {
  return sum(std::span<const BasicValue<T>>(values));
}
template <class T>
[[nodiscard]] BasicValue<T> mean(const std::vector<BasicValue<T>>& values) {
  return mean(std::span<const BasicValue<T>>(values));
}
template <class T>
[[nodiscard]] BasicValue<T> mse(const std::vector<BasicValue<T>>& predictions,
                                std::span<const double> targets) {
  return mse(std::span<const BasicValue<T>>(predictions), targets);
}
template <class T>
[[nodiscard]] BasicValue<T> l1(const std::vector<BasicValue<T>>& predictions,
                               std::span<const double> targets) {
  return l1(std::span<const BasicValue<T>>(predictions), targets);
}
template <class T>
[[nodiscard]] BasicValue<T> huber(const std::vector<BasicValue<T>>& predictions,
                                  std::span<const double> targets, double delta) {
  return huber(std::span<const BasicValue<T>>(predictions), targets, delta);
}
template <class T>
[[nodiscard]] std::vector<BasicValue<T>> softmax(const std::vector<BasicValue<T>>& logits) {
  return softmax(std::span<const BasicValue<T>>(logits));
}
template <class T>
[[nodiscard]] std::vector<BasicValue<T>> log_softmax(const std::vector<BasicValue<T>>& logits) {
  return log_softmax(std::span<const BasicValue<T>>(logits));
}
template <class T>
[[nodiscard]] BasicValue<T> cross_entropy(const std::vector<BasicValue<T>>& logits,
                                          std::size_t class_index) {
  return cross_entropy(std::span<const BasicValue<T>>(logits), class_index);
}
template <class T>
[[nodiscard]] BasicValue<T> cross_entropy(const std::vector<BasicValue<T>>& logits,
                                          const BasicValue<T>& class_index) {
  return cross_entropy(std::span<const BasicValue<T>>(logits), class_index);
}
template <class T>
[[nodiscard]] BasicValue<T> l2(const std::vector<BasicValue<T>>& parameters) {
  return l2(std::span<const BasicValue<T>>(parameters));
}
template <class T>
[[nodiscard]] BasicValue<T> l1(const std::vector<BasicValue<T>>& parameters) {
  return l1(std::span<const BasicValue<T>>(parameters));
}

}  // namespace levelgrad
