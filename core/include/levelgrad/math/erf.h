// SPDX-License-Identifier: MIT
//
// The error function and the normal distribution: erf, erfc, normal_cdf, gelu, normal_pdf.
// One kernel for the tail of the Gaussian serves all of them; no table, no branch, no call.
#pragma once

#include "levelgrad/math/exp.h"

namespace levelgrad::math {

/// What the tail needs of a format.
///
/// highest        above it, Phi(-y) rounds to 0. The polynomial ends there.
/// middle         K of t = (y - K) / (y + K), which takes y = 0..highest to -1..0.81 (0.64).
/// root_2, _rest  sqrt(2) as hi + lo.
/// peak, _rest    1 / sqrt(2 pi) as hi + lo.
/// start, _rest   c / 2a of gauss_tail() as hi + lo.
/// slope, _rest   2 / sqrt(pi), the derivative of erf at 0, as hi + lo.
template <class T>
struct GaussConstants;
template <>
struct GaussConstants<double> {
  static constexpr double highest = 39;
  static constexpr double middle = 4;
  static constexpr double root_2 = 0x1.6a09e667f3bcdp+0;
  static constexpr double root_2_rest = -0x1.bdd3413b26456p-54;
  static constexpr double peak = 0x1.9884533d43651p-2;
  static constexpr double peak_rest = -0x1.cbc0d30ebfd15p-56;
  static constexpr double start = 0x1.9cceda66e9ccfp-2;
  static constexpr double start_rest = -0x1.2cc8b19892cc9p-57;
  static constexpr double slope = 0x1.20dd750429b6dp+0;
  static constexpr double slope_rest = 0x1.1ae3a914fed80p-56;
};
template <>
struct GaussConstants<float> {
  static constexpr float highest = 15;
  static constexpr float middle = 3.25F;
  static constexpr float root_2 = 0x1.6a09e6p+0F;
  static constexpr float root_2_rest = 0x1.9fcef4p-26F;
  static constexpr float peak = 0x1.988454p-2F;
  static constexpr float peak_rest = -0x1.857936p-27F;
  static constexpr float start = 0x1.9ccedap-2F;
  static constexpr float start_rest = 0x1.9ba734p-28F;
  static constexpr float slope = 0x1.20dd76p+0F;
  static constexpr float slope_rest = -0x1.f7ac92p-25F;
};

/// The correction of gauss_tail() but for a factor 1 + t, as a polynomial in t: minimax by Remez's
/// algorithm, relative to the tail. Error 2^-57.8 (f32 2^-28.4). No coefficient is above 0.02.
LG_INLINE_FN double gauss_correction(double t) {
  return horner(
      t, -0x1.24cddb7b5234ep-11, -0x1.184ffabbb05f5p-8, -0x1.32d67f84475a1p-10,
      0x1.ba69a20f648fbp-7, -0x1.396f8ac0a7494p-6, 0x1.f7247febdf5p-7, -0x1.086c6c64dc9fcp-7,
      0x1.6a9652eaf7c38p-9, -0x1.365be44ebae27p-11, 0x1.1a9058ea02bc3p-13, -0x1.7ccb914a5c8f9p-14,
      0x1.7f86bfee80c1bp-15, -0x1.29a7ae9299f03p-17, 0x1.6277c3e4d4f57p-21, -0x1.af5c2dde03aa4p-20,
      0x1.d9047402cd1f2p-21, 0x1.5e0fb6e56994ap-28, -0x1.6699bdf62091ap-26, -0x1.fbfa8af43f47cp-25,
      0x1.a62ec18055a9dp-27, 0x1.ec8fa91604e18p-28, 0x1.def631febdef6p-31, -0x1.84687ad4a1a0ep-30);
}
LG_INLINE_FN float gauss_correction(float t) {
  return horner(t, -0x1.1240fcp-13F, -0x1.998a1ap-9F, -0x1.afc938p-8F, 0x1.2ad50ap-6F,
                -0x1.0e608ep-6F, 0x1.de6a9ep-8F, -0x1.0d7ceap-10F, -0x1.56be8ep-12F,
                -0x1.cc3166p-17F, 0x1.5a893ep-14F);
}

/// 2^n (m.hi + m.lo), with n in the lowest bits of `bits`.
template <class T>
struct Scaled {
  HiLo<T> m;
  typename Format<T>::Bits bits;
};

/// e^(x.hi + x.lo), with |x.lo| <= ulp(x.hi), for every x that reduce() takes.
template <class T>
LG_INLINE_FN Scaled<T> exp_scaled(HiLo<T> x) {
  const Reduced<T> e = reduce(x.hi, x.lo);
  const HiLo<T> head = fast_two_sum(T(1), e.r);
  return {fast_two_sum(head.hi, head.lo + e.tail()), e.bits};
}

/// The tail of the normal distribution, Phi(-y) = 2^n (m.hi + m.lo), for 0 <= y <= highest.
///
/// y                 as hi + lo.
/// minus_half_square -y^2 / 2 as hi + lo.
/// accuracy          2^-56 (2^-27) of itself.
/// method            Phi(-y) = e^(-y^2/2) G(y). (y + a) / ((y + a) y + c), times 0.4, has the shape
///                   of G to half a percent all the way from 0 to infinity (a, c fitted to that).
///                   It is carried as hi + lo, so the polynomial in t that mends it can be sloppy.
///                   G(0) = 1/2 is exact: the polynomial comes with the factor 1 + t, which is 0
///                   there. One division serves both denominators.
/// source            t is Shepherd & Laframboise's: Chebyshev Approximation of (1 + 2x) exp(x^2)
///                   erfc x, Math. Comp. 36 (1981).
template <class T>
LG_INLINE_FN Scaled<T> gauss_tail(HiLo<T> y, HiLo<T> minus_half_square) {
  using C = GaussConstants<T>;
  constexpr T a = T(0x1.f2cp+0), c = T(0x1.922p+0);

  // s = y + a and b = (y + a) y + c: 0.4 s / b is nearly G.
  const HiLo<T> ya = two_sum(y.hi, a);
  const HiLo<T> s = {ya.hi, ya.lo + y.lo};
  const HiLo<T> product = two_product(s.hi, y.hi);
  const HiLo<T> head = two_sum(product.hi, c);
  const HiLo<T> b = {head.hi, head.lo + fma(s.lo, y.hi, fma(s.hi, y.lo, product.lo))};

  const T both = T(1) / (b.hi * (y.hi + C::middle));
  const T reciprocal = both * (y.hi + C::middle);
  const T t_plus_1 = T(2) * y.hi * (both * b.hi);
  const T correction = fma(t_plus_1, gauss_correction(t_plus_1 - T(1)), C::start_rest);
  const HiLo<T> factor = fast_two_sum(C::start, correction);

  // (s * factor * e^...) / b, each product with its rest.
  const Scaled<T> e = exp_scaled(minus_half_square);
  const HiLo<T> u = two_product(s.hi, factor.hi);
  const T u_lo = u.lo + fma(s.lo, factor.hi, s.hi * factor.lo);
  const HiLo<T> v = two_product(u.hi, e.m.hi);
  const T v_lo = v.lo + fma(u_lo, e.m.hi, u.hi * e.m.lo);
  const T quotient = v.hi * reciprocal;
  const T remainder = fma(-quotient, b.hi, v.hi) + fma(-quotient, b.lo, v_lo);
  return {fast_two_sum(quotient, remainder * reciprocal), e.bits};
}

/// The tail beyond y = min(|x|, highest) standard deviations. A NaN stays a NaN.
template <class T>
LG_INLINE_FN Scaled<T> gauss_tail_beyond(T x) {
  const T y = abs(x) > GaussConstants<T>::highest ? GaussConstants<T>::highest : abs(x);
  const HiLo<T> square = two_product(y, y);
  return gauss_tail<T>({y, T(0)}, {T(-0.5) * square.hi, T(-0.5) * square.lo});
}

/// The tail beyond sqrt(2) |x|, which is erfc(|x|) / 2.
template <class T>
LG_INLINE_FN Scaled<T> gauss_tail_beyond_root_2(T x) {
  using C = GaussConstants<T>;
  constexpr T highest = C::highest * T(0.70703125);
  const T magnitude = abs(x) > highest ? highest : abs(x);
  const HiLo<T> y = two_product(magnitude, C::root_2);
  const HiLo<T> square = two_product(magnitude, magnitude);
  return gauss_tail<T>({y.hi, fma(magnitude, C::root_2_rest, y.lo)}, {-square.hi, -square.lo});
}

/// whole - 2^n (m.hi + m.lo), rounded once, almost: for a tail of at most half of the whole.
template <class T>
LG_INLINE_FN T complement(T whole, Scaled<T> tail) {
  const HiLo<T> head = fast_two_sum(whole, -scale(tail.m.hi, tail.bits));
  return head.hi + (head.lo - scale(tail.m.lo, tail.bits));
}

/// (erf(x) / x - 2 / sqrt(pi)) / x^2 as a polynomial in z = x^2 <= 1/4: minimax by Remez's
/// algorithm, relative to erf. Error 2^-57.7 (f32 2^-29.2).
LG_INLINE_FN double erf_tail(double z) {
  return horner(z, -0x1.812746b0379c5p-2, 0x1.ce2f21a03e735p-4, -0x1.b82ce30f8d0c4p-6,
                0x1.565bcc0daeedfp-8, -0x1.c02d546c51f8ap-11, 0x1.f98e615f313aep-14,
                -0x1.f2316ccce9cddp-17, 0x1.8baa9d8ea9365p-20);
}
LG_INLINE_FN float erf_tail(float z) {
  return horner(z, -0x1.812738p-2F, 0x1.ce2638p-4F, -0x1.b67d1ep-6F, 0x1.35dbd8p-8F);
}

/// Error function, 2 / sqrt(pi) times the integral of e^(-t^2) from 0 to x.
///
/// special    erf(+-0) = +-0, erf(+-inf) = +-1, NaN for NaN.
/// accuracy   double 0.68 ulp (0.75 where the result is subnormal), float 0.76 (all inputs).
/// method     2 / sqrt(pi) x + x^3 P(x^2) up to 1/2, beyond that 1 - erfc(|x|) from gauss_tail().
template <class T>
LG_INLINE_FN T erf(T x) {
  using C = GaussConstants<T>;
  const T z = x * x;
  const T s = x * T(0x1p64);  // so that the rest of the product is not lost to underflow
  const T inner = fma(s, C::slope, s * fma(z, erf_tail(z), C::slope_rest)) * T(0x1p-64);
  Scaled<T> tail = gauss_tail_beyond_root_2(x);
  ++tail.bits;  // erfc is twice the tail
  const T magnitude = complement(T(1), tail);
  const T outer = x < T(0) ? -magnitude : magnitude;
  const T result = abs(x) < T(0.5) ? inner : outer;
  return x == T(0) ? x : result;
}

/// Complementary error function 1 - erf(x), with a small relative error also where it is tiny.
///
/// special    erfc(-inf) = 2, erfc(inf) = 0, NaN for NaN; underflows gradually to 0 above 26.5
///            (f32 9.2).
/// accuracy   double 0.63 ulp; 0.79 where the result is subnormal, as scale() then rounds
///            once more; float 0.80 (all inputs: 0.7918).
/// method     gauss_tail() at sqrt(2) |x|; 2 minus that for x < 0.
template <class T>
LG_INLINE_FN T erfc(T x) {
  Scaled<T> tail = gauss_tail_beyond_root_2(x);
  ++tail.bits;
  const T lower = complement(T(2), tail), upper = scale(tail.m.hi, tail.bits);
  return x < T(0) ? lower : upper;
}

/// Phi(x), the normal distribution function: the integral of normal_pdf from -inf to x, or
/// erfc(-x / sqrt(2)) / 2, with a small relative error also where it is tiny.
///
/// special    0 for -inf, 1 for inf, NaN for NaN; underflows gradually to 0 below -37.5 (f32 -13).
/// accuracy   double 0.61 ulp; 0.79 where the result is subnormal; float 0.79 (all inputs).
/// method     gauss_tail() at |x|; 1 minus that for x > 0.
template <class T>
LG_INLINE_FN T normal_cdf(T x) {
  const Scaled<T> tail = gauss_tail_beyond(x);
  const T upper = complement(T(1), tail), lower = scale(tail.m.hi, tail.bits);
  return x > T(0) ? upper : lower;
}

/// x Phi(x), the Gaussian error linear unit, rounded once where x * normal_cdf(x) would be rounded
/// twice.
///
/// special    gelu(+-0) = +-0, gelu(-inf) = -0 (the limit), gelu(inf) = inf, NaN for NaN;
///            underflows gradually to -0 below -37.6 (f32 -13.1).
/// accuracy   double 0.60 ulp; 0.76 where the result is subnormal; float 0.79 (all inputs).
/// method     gauss_tail() at |x|, as hi + lo, times x.
/// source     Hendrycks & Gimpel, Gaussian Error Linear Units, 2016.
template <class T>
LG_INLINE_FN T gelu(T x) {
  const Scaled<T> tail = gauss_tail_beyond(x);
  const T y = abs(x) > GaussConstants<T>::highest ? GaussConstants<T>::highest : abs(x);
  const HiLo<T> phi = fast_two_sum(T(1), -scale(tail.m.hi, tail.bits));
  const T upper = fma(x, phi.hi, y * (phi.lo - scale(tail.m.lo, tail.bits)));
  const T lower = -scale(fma(y, tail.m.hi, y * tail.m.lo), tail.bits);
  const T result = x > T(0) ? upper : lower;
  return x == T(0) ? x : result;
}

/// The normal density e^(-x^2/2) / sqrt(2 pi), the derivative of normal_cdf.
///
/// special    0 for infinities, NaN for NaN; underflows gradually to 0 beyond 37.6 (f32 13.2).
/// accuracy   double 0.56 ulp; 0.76 where the result is subnormal; float 0.78 (all inputs).
/// method     the rounding error of x^2 goes into the exponential, that of the factor to its rest.
template <class T>
LG_INLINE_FN T normal_pdf(T x) {
  using C = GaussConstants<T>;
  const T y = abs(x) > C::highest ? C::highest : abs(x);
  const HiLo<T> square = two_product(y, y);
  const Scaled<T> e = exp_scaled(HiLo<T>{T(-0.5) * square.hi, T(-0.5) * square.lo});
  const HiLo<T> product = two_product(e.m.hi, C::peak);
  const T rest = product.lo + fma(e.m.lo, C::peak, e.m.hi * C::peak_rest);
  return scale(product.hi + rest, e.bits);
}

}  // namespace levelgrad::math
