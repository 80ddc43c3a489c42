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

/// Mean of (prediction - target) ** 2. Errors: ShapeError where the lengths differ; ArgumentError
/// for none.
template <class T>
[[nodiscard]] BasicValue<T> mse(std::span<const BasicValue<T>> predictions,
                                std::span<const double> targets);

/// Sum of p * p over the parameters, the L2 penalty; multiply it by its weight.
template <class T>
[[nodiscard]] BasicValue<T> l2(std::span<const BasicValue<T>> parameters);

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
[[nodiscard]] BasicValue<T> l2(const std::vector<BasicValue<T>>& parameters) {
  return l2(std::span<const BasicValue<T>>(parameters));
}

}  // namespace levelgrad
