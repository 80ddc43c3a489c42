// SPDX-License-Identifier: MIT
//
// All that an executor is given in one test case, and its text form: tests/data/regressions holds
// cases that once failed, and a case that fails is written as one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "levelgrad/executor.h"

namespace levelgrad::testing {

template <class T>
struct BatchCase {
  std::string name;
  std::vector<Program> programs;
  std::vector<T> parameters;
  std::size_t example_count = 0;
  std::vector<T> inputs;                  ///< [example][input]
  std::vector<std::uint32_t> which = {};  ///< [example], its Program; empty: the first

  [[nodiscard]] const Program& program_of(std::size_t example) const {
    return programs[which.empty() ? 0 : which[example]];
  }
  [[nodiscard]] std::size_t node_count() const {
    std::size_t count = 0;
    for (const Program& program : programs) count = std::max(count, program.node_count());
    return count;
  }
};

/// Numbers are hexadecimal, so that nobody needs to round them:
///
///     levelgrad case 1
///     name chain of three, seed 17
///     program
///     ... as to_text() writes it
///     end
///     parameters 0x1.8p+0 -0x0p+0
///     example 0 0x1p-3 inf            the Program's index, then the inputs
template <class T>
[[nodiscard]] std::string to_text(const BatchCase<T>& test);

/// Numbers are rounded to T, so a case serves both dtypes. Errors: DataError with the line.
template <class T>
[[nodiscard]] BatchCase<T> parse_case(std::string_view text, const std::string& name);

/// A number with all its bits, for messages too: "0x1.8p+0", "-0x0p+0", "inf", "nan".
[[nodiscard]] std::string hex(double number);

}  // namespace levelgrad::testing
