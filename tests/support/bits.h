// SPDX-License-Identifier: MIT
//
// Comparing numbers by their bits.
#pragma once

#include <bit>
#include <cstdint>
#include <type_traits>

namespace levelgrad::testing {

/// Whether two numbers have the same bits; a NaN is like every other.
template <class T>
bool same_bits(T a, T b) {
  using Bits = std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>;
  if (a != a || b != b) return a != a && b != b;
  return std::bit_cast<Bits>(a) == std::bit_cast<Bits>(b);
}

}  // namespace levelgrad::testing
