// SPDX-License-Identifier: MIT
//
// The comparison of two executors, without a test framework: what an executor computes for a case
// as a list of named numbers, and the first of them that differs.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "levelgrad/executor.h"
#include "support/batch_case.h"

namespace levelgrad::testing {

/// Which of an executor's functions a case goes through.
struct Extent {
  bool example_grads = true;
  bool training = true;       ///< update() and run_steps()
  std::size_t inspected = 2;  ///< examples
};

template <class T>
struct Quantity {
  std::string name;  ///< "grads after the first update"
  std::vector<T> numbers;
  std::function<std::string(std::size_t)> node;  ///< what the number of this index belongs to
};

template <class T>
using Quantities = std::vector<Quantity<T>>;

/// The numbers of this name, which must be there.
template <class T>
[[nodiscard]] const std::vector<T>& numbers_of(const Quantities<T>& quantities,
                                               const std::string& name);

template <class T>
struct NamedFactory {
  std::string name;
  std::function<std::unique_ptr<BasicExecutor<T>>()> make;
};

/// Loads the case and does all that an executor can. The case must outlive the result.
///
/// Inputs are handed in and input grads taken out as layout says; the result is by example.
template <class T>
[[nodiscard]] Quantities<T> observe(BasicExecutor<T>& executor, const BatchCase<T>& test,
                                    Layout layout, const Extent& extent);

/// The same bits, or both NaN.
template <class T>
[[nodiscard]] bool same_bits(T a, T b);

/// Text about the first number that differs.
template <class T>
[[nodiscard]] std::optional<std::string> first_difference(const Quantities<T>& expected,
                                                          const Quantities<T>& actual);

/// Runs the case in both layouts, one after the other, and compares. An Error counts as different.
template <class T>
[[nodiscard]] std::optional<std::string> first_difference(const Quantities<T>& expected,
                                                          BasicExecutor<T>& tested,
                                                          const BatchCase<T>& test,
                                                          const Extent& extent);

/// What the reference executor says.
template <class T>
[[nodiscard]] Quantities<T> expected(const BatchCase<T>& test, const Extent& extent);

}  // namespace levelgrad::testing
