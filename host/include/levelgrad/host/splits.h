// SPDX-License-Identifier: MIT
//
// Which examples are for training, for watching the training, and for a last judgement.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace levelgrad::host {

/// Places of examples, none of them twice, all of them once.
struct Split {
  std::vector<std::uint32_t> train;
  std::vector<std::uint32_t> validation;
  std::vector<std::uint32_t> test;
};

/// Shares out examples by chance, the same everywhere.
///
/// Each class is shared out for itself, as far as whole examples allow: of n examples a part gets
/// floor(n * fraction), and what is left goes to the parts with the largest remainders, the first
/// of equal ones; a part with the fraction 0 gets nothing. But a class of two examples or more has
/// one in the training part. Inside a part the order is random, too.
///
/// labels        of the examples: 0, 1, ..., class_count - 1, or numbers.
/// class_count   0: the labels are numbers, and the examples are shared out as one class.
/// fractions     of training, validation and test; they add up to 1.
/// errors        ArgumentError for fractions without meaning, labels that are no classes, and a
///               part that stays empty though its fraction is not 0.
[[nodiscard]] Split split_examples(std::span<const double> labels, std::size_t class_count,
                                   const std::array<double, 3>& fractions, std::uint64_t seed);

}  // namespace levelgrad::host
