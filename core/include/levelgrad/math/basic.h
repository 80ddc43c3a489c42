// SPDX-License-Identifier: MIT
//
// The basic operations that C++ has no operator for, and the powers that are made of them alone.
// Freestanding; each function rounds as IEEE-754 says on every compiler and device.
#pragma once

#include "levelgrad/fn.h"

namespace levelgrad::math {

// Square root, and x * y + z, each with a single rounding: the compiler's builtins on the host, on
// the device CUDA's intrinsics that round to nearest under every compiler flag.
#if defined(__CUDA_ARCH__)
LG_FN double sqrt(double x) { return __dsqrt_rn(x); }
LG_FN float sqrt(float x) { return __fsqrt_rn(x); }
LG_FN double fma(double x, double y, double z) { return __fma_rn(x, y, z); }
LG_FN float fma(float x, float y, float z) { return __fmaf_rn(x, y, z); }
#else
LG_FN double sqrt(double x) { return __builtin_sqrt(x); }
LG_FN float sqrt(float x) { return __builtin_sqrtf(x); }
LG_FN double fma(double x, double y, double z) { return __builtin_fma(x, y, z); }
LG_FN float fma(float x, float y, float z) { return __builtin_fmaf(x, y, z); }
#endif

/// Whether x ** exponent, and its derivative, are made of + - * / and sqrt alone.
LG_FN bool has_pow_shape(double exponent) {
  return exponent == 0 || exponent == 1 || exponent == 2 || exponent == 3 || exponent == 4 ||
         exponent == -1 || exponent == -2 || exponent == 0.5 || exponent == -0.5;
}

/// x ** c for the exponents of has_pow_shape and for those one less, which derivatives need.
///
/// Each exponent has one fixed shape: two roundings for 3 and -2, one where the shape is one op.
/// x ** 0 is 1 for every x. The exponent is a number of the graph, so a whole batch takes one
/// branch.
template <class T>
LG_FN T pow_by_shape(T x, T c) {
  const T square = x * x;
  if (c == T(0)) return T(1);
  if (c == T(1)) return x;
  if (c == T(2)) return square;
  if (c == T(3)) return square * x;
  if (c == T(4)) return square * square;
  if (c == T(-1)) return T(1) / x;
  if (c == T(-2)) return T(1) / square;
  if (c == T(-3)) return T(1) / (square * x);
  if (c == T(0.5)) return sqrt(x);
  if (c == T(-0.5)) return T(1) / sqrt(x);
  return T(1) / (x * sqrt(x));  // -1.5, the derivative's part of x ** -0.5
}

}  // namespace levelgrad::math
