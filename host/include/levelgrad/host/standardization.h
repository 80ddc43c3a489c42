// SPDX-License-Identifier: MIT
//
// Features of one size: mean 0 and standard deviation 1.
#pragma once

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

/// Means and population standard deviations of some examples, as scikit-learn's StandardScaler.
///
/// rows     places of the examples, in the order of the sums.
/// names    [feature], for messages.
/// order    f64: mean = sum of x / n; scale = sqrt(sum of (x - mean) * (x - mean) / n), each sum a
///          left fold from 0.
/// errors   DataError for a feature that is the same in all rows, or too large for a sum of
///          squares; ArgumentError for no rows; ShapeError for rows or names that do not fit.
[[nodiscard]] Standardization fit_standardization(const Dataset& data,
                                                  std::span<const std::uint32_t> rows,
                                                  std::span<const std::string> names);

/// (x - mean) / scale for each feature. inputs   [example, feature], changed. Errors: ShapeError.
void standardize(const Standardization& standardization, std::span<double> inputs);

}  // namespace levelgrad::host
