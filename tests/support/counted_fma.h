// SPDX-License-Identifier: MIT
//
// Counts the fma that ops and math functions execute on the host. All of them go through
// math::fma(), and that through the compiler's builtin, which this header replaces: so it must be
// included before every header of levelgrad, by the only file of a program that includes ops.h.
//
// Only different fma count: what an expression computes twice, compilers compute once.
#pragma once

#include <algorithm>
#include <array>
#include <vector>

namespace levelgrad::testing {

/// The operands of each fma since the last clear(), as bits of doubles; a float is one exactly.
inline std::vector<std::array<unsigned long long, 3>> executed_fma;

inline int count_different_fma() {
  std::sort(executed_fma.begin(), executed_fma.end());
  const auto end = std::unique(executed_fma.begin(), executed_fma.end());
  return static_cast<int>(end - executed_fma.begin());
}

template <class T>
T counted_fma(T x, T y, T z) {
  const auto bits = [](double operand) { return __builtin_bit_cast(unsigned long long, operand); };
  executed_fma.push_back({bits(x), bits(y), bits(z)});
  if constexpr (sizeof(T) == sizeof(float))
    return __builtin_fmaf(x, y, z);
  else
    return __builtin_fma(x, y, z);
}

}  // namespace levelgrad::testing

#define __builtin_fma(x, y, z) ::levelgrad::testing::counted_fma<double>(x, y, z)
#define __builtin_fmaf(x, y, z) ::levelgrad::testing::counted_fma<float>(x, y, z)
