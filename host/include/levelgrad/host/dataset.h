// SPDX-License-Identifier: MIT
//
// Labelled points, and the data sets that the program carries with it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "levelgrad/random.h"

namespace levelgrad::host {

/// Examples with a label each.
struct Dataset {
  std::size_t feature_count = 0;
  std::vector<double> inputs = {};  ///< [example_count, feature_count] row-major
  std::vector<double> labels = {};  ///< [example_count]
  /// [example_count] places in the data that these were taken from; empty: these are all.
  std::vector<std::uint32_t> places = {};

  [[nodiscard]] std::size_t example_count() const { return labels.size(); }
};

/// [example_count, feature_count + 1] row-major: the label behind each example's inputs, as
/// record_loss()'s Programs take them.
[[nodiscard]] std::vector<double> inputs_and_labels(const Dataset& data);

/// Reads a header line, then lines of numbers separated by commas; the last number is the label.
///
/// name     of the text, for messages.
/// errors   DataError with line, column and the text that is not a finite number; no examples.
[[nodiscard]] Dataset parse_dataset(std::string_view text, const std::string& name);

/// The 100 points of micrograd's demo: scikit-learn's make_moons(n_samples=100, noise=0.1) with
/// NumPy's seed 1337, labels -1 and 1.
[[nodiscard]] const Dataset& moons();

/// Two half circles of radius 1 that reach into each other, labels -1 (the upper one, around (0,
/// 0)) and 1 (the lower one, around (1, 0.5)), shuffled: the formulae of scikit-learn's make_moons
/// with numbers of our own, the same everywhere.
///
/// noise    standard deviation of the normal noise on both coordinates.
/// random   gives example_count - 1 numbers for the order, then two for each point.
/// errors   ArgumentError for fewer than two examples or a noise that is negative or not finite.
/// source   Box & Muller, "A note on the generation of random normal deviates" (1958).
[[nodiscard]] Dataset make_moons(std::size_t example_count, double noise, PythonRandom& random);

}  // namespace levelgrad::host
