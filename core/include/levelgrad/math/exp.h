// SPDX-License-Identifier: MIT
//
// e^x and e^x - 1, and the form of e^x that tanh, sigmoid, softplus and pow are made of.
// Straight-line code: no table, no branch, no call. One text for double and float.
#pragma once

#include "levelgrad/math/bits.h"

namespace levelgrad::math {

/// What the reduction x = n ln 2 + r needs of a format.
///
/// ln2, ln2_rest     ln 2 as a sum of two numbers of full precision.
/// lowest, highest   below lowest e^x rounds to 0, above highest to infinity.
/// minus_one         below it, e^x - 1 rounds to -1.
template <class T>
struct ExpConstants;
template <>
struct ExpConstants<double> {
  static constexpr double log2_e = 0x1.71547652b82fep+0;
  static constexpr double ln2 = 0x1.62e42fefa39efp-1;
  static constexpr double ln2_rest = 0x1.abc9e3b39803fp-56;
  static constexpr double lowest = -746;
  static constexpr double highest = 710;
  static constexpr double minus_one = -40;
};
template <>
struct ExpConstants<float> {
  static constexpr float log2_e = 0x1.715476p+0F;
  static constexpr float ln2 = 0x1.62e430p-1F;
  static constexpr float ln2_rest = -0x1.05c610p-29F;
  static constexpr float lowest = -104;
  static constexpr float highest = 89;
  static constexpr float minus_one = -20;
};

/// (e^r - 1 - r - r^2 / 2) / r^3 for |r| <= ln 2 / 2: minimax polynomials by Sollya's fpminimax.
///
/// Even and odd powers in two chains: half the latency of one, and r^2 is needed anyway.
/// accuracy   error of r^3 times this: 2^-63.9 in double, 2^-31.4 in float.
LG_INLINE_FN double exp_tail(double r) {
  const double square = r * r;
  const double even = horner(square, 0x1.555555555555bp-3, 0x1.111111110ed99p-7,
                             0x1.a01a01b321ecbp-13, 0x1.71ddf0d72ac99p-19, 0x1.af6ae4233d2a6p-26);
  const double odd = horner(square, 0x1.555555555555ap-5, 0x1.6c16c16c141fep-10,
                            0x1.a01a01b1c9f69p-16, 0x1.27e4c32c311ffp-22, 0x1.1f991fc972805p-29);
  return fma(odd, r, even);
}
LG_INLINE_FN float exp_tail(float r) {
  const float square = r * r;
  const float even = horner(square, 0x1.555556p-3F, 0x1.110fb0p-7F, 0x1.a2ffa6p-13F);
  const float odd = horner(square, 0x1.55551ap-5F, 0x1.6d1004p-10F);
  return fma(odd, r, even);
}

/// e^(x + x_rest) = 2^n (e^r + rest), with |r| <= ln 2 / 2 and rest about ulp(r).
///
/// bits   n in its lowest bits, as pow2() and scale() want it.
template <class T>
struct Reduced {
  T n;
  typename Format<T>::Bits bits;
  T r, rest;

  /// e^r + rest - 1 - r, rounded: from 0 to 0.07.
  LG_INLINE_FN T tail() const { return fma(r * r, fma(exp_tail(r), r, T(0.5)), rest); }
};

/// Reduces the argument of e^(x + x_rest), for |x| up to twice bias * ln 2 and |x_rest| < 2^-8;
/// what it makes of larger ones means nothing. A NaN gives r = rest = NaN.
///
/// x - n ln2 is exact in one fma, though ln2 has all 53 (24) bits: x and n ln2 are multiples of
/// 2^-53 (2^-24), or n is at most 1 and x of its size, and the difference is below 1/2.
/// (Cody & Waite, Software Manual for the Elementary Functions, 1980, had to cut ln 2 short.)
template <class T>
LG_INLINE_FN Reduced<T> reduce(T x, T x_rest = T(0)) {
  using C = ExpConstants<T>;
  const T shifted = fma(x, C::log2_e, Format<T>::magic);
  const T n = shifted - Format<T>::magic;
  const HiLo<T> r = fast_two_sum(fma(-n, C::ln2, x), fma(-n, C::ln2_rest, x_rest));
  return {n, to_bits(shifted), r.hi, fma(r.lo, r.hi, r.lo)};  // e^(r + lo) = e^r + (1 + r) lo
}

/// e^x for the x beyond the range of reduce(), and `result` for the others and for NaN.
///
/// Picking at the end, not clamping x first, keeps g++ from making two paths of what follows.
template <class T>
LG_INLINE_FN T exp_ends(T x, T result) {
  const T not_too_low = x < ExpConstants<T>::lowest ? T(0) : result;
  return x > ExpConstants<T>::highest ? infinity<T>() : not_too_low;
}

/// e^x.
///
/// special    exp(-inf) = 0, exp(inf) = inf, NaN for NaN; overflows to inf above 709.78 (88.72),
///            underflows gradually to 0 below -708.4 (-87.3).
/// accuracy   double 0.60 ulp, float 0.60; 0.77 and 0.76 where the result is subnormal, as scale()
///            then rounds once more.
/// source     Muller, Elementary Functions, 3rd ed., ch. 3 (minimax), ch. 11 (reduction).
template <class T>
LG_INLINE_FN T exp(T x) {
  const Reduced<T> e = reduce(x);
  const HiLo<T> sum = fast_two_sum(T(1), e.r);
  return exp_ends(x, scale(sum.hi + (sum.lo + e.tail()), e.bits));
}

/// e^x - 1.
///
/// special    expm1(-0) = -0, expm1(-inf) = -1, expm1(inf) = inf, NaN for NaN.
/// accuracy   double 0.62 ulp, float 0.60.
/// method     2^n ((1 - 2^-n) + r + r^2 / 2 + ...), the terms written out being summed exactly.
template <class T>
LG_INLINE_FN T expm1(T x) {
  using C = ExpConstants<T>;
  const Reduced<T> e = reduce(x);
  const T power = e.n > T(100) ? T(0) : pow2<T>(0 - e.bits);  // 1 - 2^-n rounds to 1 long before
  const HiLo<T> head = two_sum(T(1), -power);
  const HiLo<T> linear = fast_two_sum(head.hi, e.r);
  const HiLo<T> half_square = two_product(T(0.5) * e.r, e.r);
  const HiLo<T> sum = fast_two_sum(linear.hi, half_square.hi);
  const T cube = half_square.hi * (e.r + e.r);
  const T rest = fma(cube, exp_tail(e.r), half_square.lo + e.rest);
  const T result = scale(sum.hi + (sum.lo + (linear.lo + (head.lo + rest))), e.bits);
  const T not_too_low = x < C::minus_one ? T(-1) : result;
  const T not_too_high = x > C::highest ? infinity<T>() : not_too_low;
  return x == T(0) ? x : not_too_high;
}

}  // namespace levelgrad::math
