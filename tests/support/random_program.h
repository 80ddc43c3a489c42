// SPDX-License-Identifier: MIT
//
// Random Programs over all ops, and random batches for them. A new op takes part by being in ops.h.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "support/batch_case.h"

namespace levelgrad::testing {

/// Random bits without the standard library's distributions, which differ between libraries.
class Dice {
public:
  explicit Dice(std::uint64_t seed) : bits_(seed) {}
  std::size_t below(std::size_t count) { return static_cast<std::size_t>(bits_() % count); }
  bool chance(unsigned percent) { return below(100) < percent; }
  /// In [0, 1).
  double unit() { return static_cast<double>(bits_() >> 11) * 0x1p-53; }
  double between(double low, double high) { return low + (high - low) * unit(); }
  template <class V>
  const auto& pick(const V& from) {
    return from[below(from.size())];
  }

private:
  std::mt19937_64 bits_;
};

/// A random case.
///
/// In three of four cases numbers stay moderate for most examples, else a NaN would hide all other
/// differences; the others have zeros of both signs, subnormal and huge numbers, infinities, NaN.
struct RandomCase {
  std::uint64_t seed = 0;
  std::size_t example_count = 1;
  std::size_t program_count = 1;  ///< with the same prologue and epilogue, but other bodies
  std::size_t body_size = 40;     ///< most operations of the body
};

template <class T>
[[nodiscard]] BatchCase<T> random_case(const RandomCase& wanted);

/// A number for an input or a parameter of a case that is not moderate.
template <class T>
[[nodiscard]] T special_number(Dice& dice);

}  // namespace levelgrad::testing
