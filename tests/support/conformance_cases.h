// SPDX-License-Identifier: MIT
//
// What the conformance suite compares executors on.
#pragma once

#include <vector>

#include "support/batch_case.h"
#include "support/random_program.h"

namespace levelgrad::testing {

/// Batches below, at and above the borders of chunks: one, two, three, six and eight chunks.
/// Fewer cases for the large ones, which cost more.
[[nodiscard]] std::vector<RandomCase> random_cases();

/// The same, examples having different Programs.
[[nodiscard]] std::vector<RandomCase> mixed_cases();

/// Each op alone at kinks, zeros, subnormal and huge numbers, infinities and NaN: values and
/// derivatives, multiplied by such numbers.
template <class T>
[[nodiscard]] std::vector<BatchCase<T>> op_cases();

/// Long chains in the body, the prologue and the epilogue.
template <class T>
[[nodiscard]] std::vector<BatchCase<T>> deep_cases();

/// Thousands of nodes in a level; many readers of one node; many joins.
template <class T>
[[nodiscard]] std::vector<BatchCase<T>> wide_cases();

/// Nets: layers of weighted sums, and weights that slide over the inputs.
template <class T>
[[nodiscard]] std::vector<BatchCase<T>> net_cases();

/// Small Programs of unusual shape, each for some batch sizes.
template <class T>
[[nodiscard]] std::vector<BatchCase<T>> odd_cases();

/// Joins' grads, and what the epilogue leaves at parameters, that depend on joined numbers: forward
/// is done before backward can begin.
template <class T>
[[nodiscard]] std::vector<BatchCase<T>> two_pass_cases();

/// Numbers for the inputs of example_count examples, and for the parameters, of a Program.
template <class T>
[[nodiscard]] BatchCase<T> case_of(std::string name, Program program, std::size_t example_count,
                                   std::uint64_t seed = 1);

}  // namespace levelgrad::testing
