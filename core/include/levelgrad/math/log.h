// SPDX-License-Identifier: MIT
//
// log x and log(1 + x), and log x to twice the precision, which pow needs.
// Straight-line code: no table, no branch, no call. One text for double and float.
#pragma once

#include "levelgrad/math/bits.h"

namespace levelgrad::math {

/// What the reduction x = 2^k m, sqrt(1/2) <= m < sqrt(2), needs of a format.
///
/// ln2_head                 ln 2 cut to so few bits that k * ln2_head is exact; its rest.
/// two_thirds, two_fifths   the coefficients of s^3 and s^5 in log((1 + s) / (1 - s)); their rests.
/// lift                     2^lift_log2, which makes a normal number of any subnormal one.
template <class T>
struct LogConstants;
template <>
struct LogConstants<double> {
  static constexpr double sqrt_half = 0x1.6a09e667f3bcdp-1;
  static constexpr double ln2_head = 0x1.62e42fefa4p-1;
  static constexpr double ln2_rest = -0x1.8432a1b0e2634p-43;
  static constexpr double two_thirds = 0x1.5555555555555p-1;
  static constexpr double two_thirds_rest = 0x1.5555555555555p-55;
  static constexpr double two_fifths = 0x1.999999999999ap-2;
  static constexpr double two_fifths_rest = -0x1.999999999999ap-56;
  static constexpr double lift = 0x1p54;
  static constexpr double lift_log2 = 54;
};
template <>
struct LogConstants<float> {
  static constexpr float sqrt_half = 0x1.6a09e6p-1F;
  static constexpr float ln2_head = 0x1.62e4p-1F;
  static constexpr float ln2_rest = 0x1.7f7d1cp-20F;
  static constexpr float two_thirds = 0x1.555556p-1F;
  static constexpr float two_thirds_rest = -0x1.555556p-26F;
  static constexpr float two_fifths = 0x1.99999ap-2F;
  static constexpr float two_fifths_rest = -0x1.99999ap-28F;
  static constexpr float lift = 0x1p24F;
  static constexpr float lift_log2 = 24;
};

/// x = 2^k m with sqrt(1/2) <= m < sqrt(2).
template <class T>
struct Split {
  T k, m;
};

/// Splits a positive normal number; what it makes of others means nothing.
///
/// The exponent of x / sqrt(1/2) is read off the bits, as an integer is added that moves the border
/// from powers of two to sqrt(1/2); k becomes a number as the low bits of 2^fraction_bits + k.
template <class T>
LG_INLINE_FN Split<T> split_normal(T x) {
  using F = Format<T>;
  using Bits = typename F::Bits;
  constexpr T offset = T(Bits(1) << F::fraction_bits);
  const Bits sqrt_half = to_bits(LogConstants<T>::sqrt_half);
  const Bits shifted = to_bits(x) + (to_bits(T(1)) - sqrt_half);
  const Bits fraction = shifted & ((Bits(1) << F::fraction_bits) - 1);
  const T biased_k = from_bits(to_bits(offset) | (shifted >> F::fraction_bits));
  return {biased_k - (offset + T(F::bias)), from_bits(fraction + sqrt_half)};
}

/// Splits a positive number, also a subnormal one.
template <class T>
LG_INLINE_FN Split<T> split(T x) {
  using C = LogConstants<T>;
  const bool subnormal = x < Format<T>::smallest_normal;
  const Split<T> parts = split_normal(subnormal ? x * C::lift : x);
  return {parts.k - (subnormal ? C::lift_log2 : T(0)), parts.m};
}

/// log(1 + f) - (f - half_square) + small, where half_square = f^2 / 2 rounded and 1 + f is an m of
/// Split. One rounding of the size of the result, the last, as `small` is about an ulp of f.
///
/// double  log(1 + f) = log((1 + s) / (1 - s)) = 2s + s R(s^2) with s = f / (2 + f), and
///         2s = f - s f: one division halves the degree. |error of s R| < 2^-62.
/// float   half_square * f * P(f), no division, as so few bits do with degree 8. Relative error in
///         log(1 + f) < 2^-28.
/// source  the form with R is that of fdlibm's e_log.c; coefficients by Sollya's fpminimax.
LG_INLINE_FN double log1p_tail(double f, double half_square, double small) {
  const double s = f / (2.0 + f);
  const double z = s * s;
  const double p = horner(z, 0x1.5555555555555p-1, 0x1.9999999999d58p-2, 0x1.249249242f0a3p-2,
                          0x1.c71c725c1a07p-3, 0x1.745cdb9028218p-3, 0x1.3b2153d48def6p-3,
                          0x1.0f4a9be5a1d17p-3, 0x1.101e903bde7cp-3);
  return fma(s, fma(z, p, half_square), small);
}
LG_INLINE_FN float log1p_tail(float f, float half_square, float small) {
  const float p =
      horner(f, 0x1.555554p-1F, -0x1.ffffe6p-2F, 0x1.999d2ap-2F, -0x1.556288p-2F, 0x1.23de3ap-2F,
             -0x1.fbbf22p-3F, 0x1.dc76b2p-3F, -0x1.ddb3acp-3F, 0x1.2cb24cp-3F);
  return fma(half_square * f, p, small);
}

/// k ln 2 + log(1 + f) + rest, as a head and what is left, which is at most a fifth of f.
///
/// What is large is summed exactly: k ln2_head, f, and f^2 / 2. What that leaves over is small.
template <class T>
LG_INLINE_FN HiLo<T> log_sum(T k, T f, T rest) {
  using C = LogConstants<T>;
  const HiLo<T> half_square = two_product(T(0.5) * f, f);
  const HiLo<T> head = fast_two_sum(f, -half_square.hi);
  const HiLo<T> sum = fast_two_sum(k * C::ln2_head, head.hi);
  const T small = (sum.lo + head.lo) + (fma(k, C::ln2_rest, rest) - half_square.lo);
  return {sum.hi, log1p_tail(f, half_square.hi, small)};
}

/// The logarithm's special values: `result` for 0 < x < inf, and for other x what C99 asks for.
template <class T>
LG_FN T log_special(T x, T result) {
  const T not_positive = x == T(0) ? -infinity<T>() : nan<T>();
  const T positive = x < infinity<T>() ? result : x;
  return x > T(0) ? positive : not_positive;
}

/// Natural logarithm.
///
/// special    log(+-0) = -inf, log(x < 0) = NaN, log(1) = +0, log(inf) = inf, NaN for NaN.
/// accuracy   double 0.66 ulp, float 0.65.
/// method     log m + k ln 2, x = 2^k m; f = m - 1 is exact.
template <class T>
LG_INLINE_FN T log(T x) {
  const Split<T> x_parts = split(x);
  const HiLo<T> sum = log_sum(x_parts.k, x_parts.m - T(1), T(0));
  return log_special(x, sum.hi + sum.lo);
}

/// log(1 + x).
///
/// special    log1p(+-0) = +-0, log1p(-1) = -inf, log1p(x < -1) = NaN, log1p(inf) = inf, NaN for
///            NaN.
/// accuracy   double 0.66 ulp, float 0.66.
/// method     1 + x = u.hi + u.lo exactly, u.hi = 2^k m: k ln 2 + log(m + 2^-k u.lo).
template <class T>
LG_INLINE_FN T log1p(T x) {
  const HiLo<T> u = two_sum(T(1), x);
  const Split<T> u_parts = split_normal(u.hi);
  const T power = pow2<T>(to_bits(Format<T>::magic - u_parts.k));
  const T lost = u_parts.k > T(100) ? T(0) : u.lo * power;
  // f.hi + f.lo = m + lost - 1. For k = 0 that is x: then f.hi = x and f.lo = 0. For other k,
  // log(1 + f.hi + f.lo) is log(1 + f.hi) + f.lo / (1 + f.hi) = ... + f.lo (1 - f.hi) nearly.
  const HiLo<T> f = fast_two_sum(u_parts.m - T(1), lost);
  const HiLo<T> sum = log_sum(u_parts.k, f.hi, fma(-f.hi, f.lo, f.lo));
  const T result = log_special(u.hi, sum.hi + sum.lo);
  return x == T(0) ? x : result;
}

/// (log((1 + s) / (1 - s)) / s - 2 - 2/3 z - 2/5 z^2) / z^3 with z = s^2: what log_hi_lo needs in
/// plain precision only. Relative error in the logarithm: 2^-69 in double, 2^-40 in float.
LG_INLINE_FN double log_hi_lo_tail(double z) {
  return horner(z, 0x1.2492492492541p-2, 0x1.c71c71c6e4ebap-3, 0x1.745d177cadc1ep-3,
                0x1.3b1395b9a283fp-3, 0x1.1118b2d663e1ap-3, 0x1.df84a53e675e7p-4,
                0x1.dfc546bb7bf9fp-4);
}
LG_INLINE_FN float log_hi_lo_tail(float z) {
  return horner(z, 0x1.249266p-2F, 0x1.c6dfb4p-3F, 0x1.84bb38p-3F);
}

/// log x as an unevaluated sum, for 0 < x < inf.
///
/// accuracy   relative error 2^-66.8 in double, 2^-37.6 in float. |lo| < 2^-17 |hi|, which is
///            enough for pow(): one more fast_two_sum would make it less than ulp(hi).
/// method     log m = s (2 + z (2/3 + z (2/5 + z P(z)))), s = (m - 1) / (m + 1), z = s^2, all but P
///            with the rounding errors carried along as `_rest`; products of two rests are dropped.
/// source     Dekker, A floating-point technique for extending the available precision, 1971.
template <class T>
LG_INLINE_FN HiLo<T> log_hi_lo(T x) {
  using C = LogConstants<T>;
  const Split<T> x_parts = split(x);
  const T f = x_parts.m - T(1);
  const HiLo<T> d = fast_two_sum(T(1), x_parts.m);
  const T reciprocal = T(1) / d.hi;
  const T s = f * reciprocal;
  const T s_rest = fma(-s, d.lo, fma(-s, d.hi, f)) * reciprocal;
  const HiLo<T> z = two_product(s, s);
  const T z_rest = fma(s + s, s_rest, z.lo);
  // c = 2/3 + z (2/5 + z P)
  const T c5_rest = fma(log_hi_lo_tail(z.hi), z.hi, C::two_fifths_rest);
  const HiLo<T> zc5 = two_product(z.hi, C::two_fifths);
  const T zc5_rest = fma(z.hi, c5_rest, fma(z_rest, C::two_fifths, zc5.lo));
  const HiLo<T> c = fast_two_sum(C::two_thirds, zc5.hi);
  const T c_rest = c.lo + (zc5_rest + C::two_thirds_rest);
  // log m = s (2 + z c)
  const HiLo<T> zc = two_product(z.hi, c.hi);
  const T zc_rest = fma(z.hi, c_rest, fma(z_rest, c.hi, zc.lo));
  const HiLo<T> b = fast_two_sum(T(2), zc.hi);
  const HiLo<T> log_m = two_product(s, b.hi);
  const T log_m_rest = fma(s_rest, b.hi, fma(s, b.lo + zc_rest, log_m.lo));
  const HiLo<T> sum = fast_two_sum(x_parts.k * C::ln2_head, log_m.hi);
  return {sum.hi, sum.lo + fma(x_parts.k, C::ln2_rest, log_m_rest)};
}

}  // namespace levelgrad::math
