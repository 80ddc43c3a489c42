// SPDX-License-Identifier: MIT
//
// Features of one size: mean 0 and standard deviation 1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "levelgrad/host/dataset.h"

namespace levelgrad::host {

/// What is taken from each feature, and what it is then divided by. A model keeps it.
struct Standardization {
  std::vector<double> means;   ///< [feature]
  std::vector<double> scales;  ///< [feature], standard deviations
};

/// The features that are the same number in all of these examples, ascending: a model learns
/// nothing from them.
///
/// rows     places of the examples, at least one.
[[nodiscard]] std::vector<std::size_t> constant_features(const Dataset& data,
                                                         std::span<const std::uint32_t> rows);

/// Means and population standard deviations of some examples, as scikit-learn's StandardScaler. A
/// constant feature has itself as mean and the scale 1, and so becomes 0.
///
/// rows     places of the examples, in the order of the sums.
/// names    [feature], for messages.
/// order    f64: mean = sum of x / n; scale = sqrt(sum of (x - mean) * (x - mean) / n), each sum a
///          left fold from 0.
/// errors   DataError where all features are constant, or one is too large for a sum of squares;
///          ArgumentError for no rows; ShapeError for rows or names that do not fit.
[[nodiscard]] Standardization fit_standardization(const Dataset& data,
                                                  std::span<const std::uint32_t> rows,
                                                  std::span<const std::string> names);

/// (x - mean) / scale for each feature. inputs   [example, feature], changed. Errors: ShapeError.
void standardize(const Standardization& standardization, std::span<double> inputs);

}  // namespace levelgrad::host
