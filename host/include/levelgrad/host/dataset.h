// SPDX-License-Identifier: MIT
//
// Labelled points, and the data sets that the program carries with it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace levelgrad::host {

/// Examples with a label each.
struct Dataset {
  std::size_t feature_count = 0;
  std::vector<double> inputs;  ///< [example_count, feature_count] row-major
  std::vector<double> labels;  ///< [example_count]

  [[nodiscard]] std::size_t example_count() const { return labels.size(); }
};

/// Reads a header line, then lines of numbers separated by commas; the last number is the label.
///
/// name     of the text, for messages.
/// errors   DataError with line, column and the text that is not a finite number; no examples.
[[nodiscard]] Dataset parse_dataset(std::string_view text, const std::string& name);

/// The 100 points of micrograd's demo: scikit-learn's make_moons(n_samples=100, noise=0.1) with
/// NumPy's seed 1337, labels -1 and 1.
[[nodiscard]] const Dataset& moons();

}  // namespace levelgrad::host
