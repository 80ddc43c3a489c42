// SPDX-License-Identifier: MIT
//
// Floating-point operations, by kind.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace levelgrad::host {

enum class Dtype : unsigned char { F64, F32 };

[[nodiscard]] constexpr std::size_t bytes_of(Dtype dtype) { return dtype == Dtype::F64 ? 8 : 4; }

/// Counts of operations. A compare stands for the choice between two numbers that follows it, too;
/// a sign is a change of sign alone (negation, absolute value).
struct Operations {
  enum Kind : unsigned char { Add, Sub, Mul, Div, Sqrt, Fma, Compare, Sign };
  static constexpr std::size_t kind_count = 8;
  static constexpr std::array<std::string_view, kind_count> names = {
      "add", "sub", "mul", "div", "sqrt", "fma", "compare", "sign"};

  std::array<std::uint64_t, kind_count> count = {};

  /// What a processor issues an instruction for: all but changes of sign, which GPUs do in the
  /// instruction that reads the number.
  [[nodiscard]] std::uint64_t issued() const {
    std::uint64_t sum = 0;
    for (std::size_t kind = 0; kind < Sign; ++kind) sum += count[kind];
    return sum;
  }
  Operations& operator+=(const Operations& other) {
    for (std::size_t kind = 0; kind < kind_count; ++kind) count[kind] += other.count[kind];
    return *this;
  }
  /// The larger count of each kind.
  [[nodiscard]] Operations at_least(const Operations& other) const {
    Operations larger = *this;
    for (std::size_t kind = 0; kind < kind_count; ++kind) {
      larger.count[kind] = std::max(larger.count[kind], other.count[kind]);
    }
    return larger;
  }
  friend bool operator==(const Operations&, const Operations&) = default;
};

}  // namespace levelgrad::host
