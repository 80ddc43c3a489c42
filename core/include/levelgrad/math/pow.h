// SPDX-License-Identifier: MIT
//
// x^y for all x and y, by exp(y log x) with the logarithm in more than the precision of x.
// Straight-line code: no table, no branch, no call. One text for double and float: float is as
// accurate without double arithmetic, which runs at 1/64 of the speed on many GPUs.
#pragma once

#include "levelgrad/math/exp.h"
#include "levelgrad/math/log.h"

namespace levelgrad::math {

/// x^y for 0 < x < inf, and for x = 0 and x = inf by their logarithms -inf and inf; NaN for NaN.
///
/// Where y log x is too large for exp, its low part may be a NaN: exp_ends does not look at it.
template <class T>
LG_INLINE_FN T pow_magnitude(T x, T y) {
  const HiLo<T> log_x = log_hi_lo(x);
  const T log_below_inf = x == T(0) ? -infinity<T>() : log_x.hi;
  const T log_hi = x < infinity<T>() ? log_below_inf : x;
  const HiLo<T> power = two_product(y, log_hi);
  const Reduced<T> e = reduce(power.hi, fma(y, log_x.lo, power.lo));
  const HiLo<T> sum = fast_two_sum(T(1), e.r);
  return exp_ends(power.hi, scale(sum.hi + (sum.lo + e.tail()), e.bits));
}

/// |y - 2 rint(y / 2)| for 0 <= y < inf, exactly: 0 for an even integer, 1 for an odd one, between
/// them for what is no integer. From 2^(fraction_bits + 1) on, where all numbers are even integers,
/// the rounding is too coarse for that: what comes out is even, but not always 0; NaN for infinity.
template <class T>
LG_INLINE_FN T distance_to_even(T y) {
  constexpr T offset = T(typename Format<T>::Bits(1) << Format<T>::fraction_bits);
  const T half = fma(T(0.5), y, offset) - offset;
  return abs(fma(T(-2), half, y));
}

/// x to the power of y, with the special values of C99 (annex F).
///
/// special    pow(x, 0) = pow(1, y) = 1 even for NaN, else NaN for NaN; pow(-1, +-inf) = 1; NaN for
///            finite x < 0 and finite y that is no integer; for odd integers y the result has the
///            sign of x, also of -0 and -inf. 0 and inf by the limits of exp(y log |x|).
/// accuracy   double 0.61 ulp, float 0.61; 0.77 where the result is subnormal. Where x^y is a
///            number of the format, it comes out exactly.
/// source     Muller, Elementary Functions, 3rd ed., ch. 11 (pow); special values: ISO C F.10.4.4.
template <class T>
LG_INLINE_FN T pow(T x, T y) {
  using Bits = typename Format<T>::Bits;
  constexpr T all_even = T(Bits(2) << Format<T>::fraction_bits);
  const T x_magnitude = abs(x);
  const T y_magnitude = abs(y);
  const T power = pow_magnitude(x_magnitude, y);
  const bool one = (y == T(0)) | (x_magnitude == T(1));
  const T magnitude = one ? T(1) : power;
  const T distance = distance_to_even(y_magnitude);
  const Bits sign = distance == T(1) ? to_bits(x) & Format<T>::sign : Bits(0);
  const T result = from_bits(to_bits(magnitude) | sign);
  const bool integer = (distance == T(0)) | (distance == T(1)) | (y_magnitude >= all_even);
  const bool undefined = (x < T(0)) & (x_magnitude < infinity<T>()) & !integer;
  return undefined ? nan<T>() : result;
}

}  // namespace levelgrad::math
