// SPDX-License-Identifier: MIT
//
// sin, cos, tan. Reduced to |r| <= pi/4, both kernels are evaluated and the quadrant selects one:
// no branch, so that loops vectorise and the threads of a warp stay together. Only the reduction of
// huge arguments is a branch; a loop that has checked its arguments with is_moderate() calls
// sin_moderate() and its siblings instead, with the same bits.
#pragma once

#include "levelgrad/math/rem_pio2.h"

namespace levelgrad::math {

/// (sin(r) / r - 1) / r^2 and (cos(r) - 1 + r^2 / 2) / r^4 as polynomials in z = r^2, |r| <= pi/4
/// (1 + 2^-16), in float (1 + 2^-9). Minimax by Remez's algorithm, relative to sin and cos.
/// Error of sin: 2^-63.2 (f32 2^-32.5), of cos: 2^-63.9 (2^-33.0).
LG_INLINE_FN double sin_tail(double z) {
  return horner(z, -0x1.5555555555555p-3, 0x1.1111111111068p-7, -0x1.a01a019ffe08fp-13,
                0x1.71de3a332cc7dp-19, -0x1.ae642b9a4db07p-26, 0x1.61093aebb06dcp-33,
                -0x1.9fb6f6aa50394p-41);
}
LG_INLINE_FN float sin_tail(float z) {
  return horner(z, -0x1.555556p-3F, 0x1.111174p-7F, -0x1.a05954p-13F, 0x1.7c2c54p-19F);
}
LG_INLINE_FN double cos_tail(double z) {
  return horner(z, 0x1.555555555554bp-5, -0x1.6c16c16c15016p-10, 0x1.a01a019c8f468p-16,
                -0x1.27e4f7f1a9fd8p-22, 0x1.1ee9dbde9ba45p-29, -0x1.8fa68ba3218d1p-37);
}
LG_INLINE_FN float cos_tail(float z) {
  return horner(z, 0x1.55554ap-5F, -0x1.6c0c26p-10F, 0x1.99e712p-16F);
}

/// sin(r.hi + r.lo) and cos(r.hi + r.lo), each as an unevaluated sum of a leading term (r.hi, or
/// 1 - r.hi^2 / 2) and the rest, which is 0.11 of it or less and rounded a few times.
template <class T>
struct SinCos {
  HiLo<T> sin, cos;
};
template <class T>
LG_INLINE_FN SinCos<T> sin_cos_kernel(HiLo<T> r) {
  const HiLo<T> z = two_product(r.hi, r.hi);
  const HiLo<T> head = fast_two_sum(T(1), T(-0.5) * z.hi);
  const HiLo<T> cube = two_product(r.hi, z.hi);
  const T cube_lo = fma(r.hi, z.lo, cube.lo);  // matters through -r^3 / 6 alone
  const T sin_lo = fma(T(-1) / T(6), cube_lo, r.lo * head.hi);
  const T sin_rest = fma(cube.hi, sin_tail(z.hi), sin_lo);
  const T linear = fma(r.hi, r.lo, T(0.5) * z.lo);
  const T cos_rest = fma(z.hi * z.hi, cos_tail(z.hi), head.lo - linear);
  return {{r.hi, sin_rest}, {head.hi, cos_rest}};
}

/// sin, cos and tan of a reduced argument.
template <class T>
LG_INLINE_FN T sin_of(QuarterTurns<T> q) {
  const SinCos<T> s = sin_cos_kernel(q.r);
  const T sine = s.sin.hi + s.sin.lo, cosine = s.cos.hi + s.cos.lo;
  const T value = q.odd() ? cosine : sine;
  return q.upper() ? -value : value;
}
template <class T>
LG_INLINE_FN T cos_of(QuarterTurns<T> q) {
  ++q.bits;
  return sin_of(q);
}
template <class T>
LG_INLINE_FN T tan_of(QuarterTurns<T> q) {
  const SinCos<T> s = sin_cos_kernel(q.r);
  const HiLo<T> sine = fast_two_sum(s.sin.hi, s.sin.lo);
  const HiLo<T> cosine = fast_two_sum(s.cos.hi, s.cos.lo);
  const bool odd = q.odd();
  const HiLo<T> a = {odd ? -cosine.hi : sine.hi, odd ? -cosine.lo : sine.lo};
  const HiLo<T> b = {odd ? sine.hi : cosine.hi, odd ? sine.lo : cosine.lo};
  // One division; the remainder of the first quotient is exact but for the small parts.
  const T reciprocal = T(1) / b.hi;
  const T first = a.hi * reciprocal;
  const T remainder = fma(-first, b.hi, a.hi) + fma(-first, b.lo, a.lo);
  return fma(remainder, reciprocal, first);
}

/// sin, cos and tan for arguments that are known to be moderate (see is_moderate()): the same bits
/// as the full functions there, without a branch. Larger arguments give nonsense, NaN gives NaN.
template <class T>
LG_INLINE_FN T sin_moderate(T x) {
  const T result = sin_of(rem_pio2_moderate(x));
  return x == T(0) ? x : result;  // the sum of r and its rest loses -0
}
template <class T>
LG_INLINE_FN T cos_moderate(T x) {
  return cos_of(rem_pio2_moderate(x));
}
template <class T>
LG_INLINE_FN T tan_moderate(T x) {
  const T result = tan_of(rem_pio2_moderate(x));
  return x == T(0) ? x : result;
}

/// Sine of x radians, for x of any size.
///
/// special    sin(+-0) = +-0, NaN for infinities and NaN.
/// accuracy   double 0.63 ulp, float 0.64 (all inputs).
/// source     Muller, Elementary Functions, 3rd ed., ch. 11 (reduction), ch. 3 (minimax).
template <class T>
LG_INLINE_FN T sin(T x) {
  return x == T(0) ? x : sin_of(rem_pio2(x));
}

/// Cosine of x radians, for x of any size.
///
/// special    cos(+-0) = 1, NaN for infinities and NaN.
/// accuracy   double 0.63 ulp, float 0.64 (all inputs).
/// source     as sin.
template <class T>
LG_INLINE_FN T cos(T x) {
  return cos_of(rem_pio2(x));
}

/// Tangent of x radians, for x of any size.
///
/// special    tan(+-0) = +-0, NaN for infinities and NaN. Never infinite: no double or float is
///            near enough to an odd multiple of pi/2.
/// accuracy   double 0.73 ulp, float 0.75 (all inputs).
/// method     sin / cos, or -cos / sin in odd quarter turns, both with their rests: one division.
template <class T>
LG_INLINE_FN T tan(T x) {
  return x == T(0) ? x : tan_of(rem_pio2(x));
}

}  // namespace levelgrad::math
