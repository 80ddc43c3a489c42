// SPDX-License-Identifier: MIT
//
// Argument reduction for sin, cos and tan: x = q pi/2 + r with |r| <= pi/4, for every finite x.
// pi is irrational, so the bits of r come from far behind the point of x / (pi/2); how far depends
// on how large x is and on how near a multiple of pi/2 a double (float) can come: 2^-62 (2^-31).
#pragma once

#include "levelgrad/math/bits.h"

namespace levelgrad::math {

/// What the reduction needs of a format.
///
/// pi_2_a, _b, _c    pi/2 as a sum of three numbers of full precision.
/// moderate          where rem_pio2_moderate() ends: n = moderate / (pi/2) must leave the error of
///                   two_over_pi times n small, for |r| exceeds pi/4 by pi/2 times that.
template <class T>
struct TrigConstants;
template <>
struct TrigConstants<double> {
  static constexpr double two_over_pi = 0x1.45f306dc9c883p-1;
  static constexpr double pi_2_a = 0x1.921fb54442d18p+0;
  static constexpr double pi_2_b = 0x1.1a62633145c07p-54;
  static constexpr double pi_2_c = -0x1.f1976b7ed8fbcp-110;
  static constexpr double moderate = 0x1p36;
};
template <>
struct TrigConstants<float> {
  static constexpr float two_over_pi = 0x1.45f306p-1F;
  static constexpr float pi_2_a = 0x1.921fb6p+0F;
  static constexpr float pi_2_b = -0x1.777a5cp-25F;
  static constexpr float pi_2_c = -0x1.ee59dap-50F;
  static constexpr float moderate = 0x1p15F;
};

/// x = (q + 4 k) pi/2 + r.hi + r.lo for some k, with q in 0..3 in the two lowest bits of `bits`.
template <class T>
struct QuarterTurns {
  HiLo<T> r;
  typename Format<T>::Bits bits;

  /// Bit 0 is tested as bit 1: g++ 12 makes a cast to bool of the plain test, and fails to
  /// vectorise it.
  LG_INLINE_FN bool odd() const { return ((bits << 1) & 2) != 0; }
  LG_INLINE_FN bool upper() const { return (bits & 2) != 0; }
};

/// Whether rem_pio2_moderate() is good for x; false for a NaN.
template <class T>
LG_INLINE_FN bool is_moderate(T x) {
  return abs(x) <= TrigConstants<T>::moderate;
}

/// The reduction for |x| <= moderate: no branch, no table, so that loops over it vectorise.
///
/// accuracy   r.hi + r.lo is right to 2^-61 (2^-40) of itself also for the worst x; |r.hi| <= pi/4
///            (1 + 2^-16), in float (1 + 2^-9). NaN and garbage, but no trap, where x is larger.
/// source     Cody & Waite, Software Manual for the Elementary Functions, 1980. With fma the first
///            part of pi/2 need not be short: x - n pi_2_a is below 1 and a multiple of the ulp of
///            pi_2_a (or of x, where x < 1), so it has no more digits than a T, and is exact.
template <class T>
LG_INLINE_FN QuarterTurns<T> rem_pio2_moderate(T x) {
  using C = TrigConstants<T>;
  const T shifted = fma(x, C::two_over_pi, Format<T>::magic);
  const T n = shifted - Format<T>::magic;
  const HiLo<T> second = two_product(n, C::pi_2_b);
  const HiLo<T> r = two_sum(fma(-n, C::pi_2_a, x), -second.hi);
  return {{r.hi, fma(-n, C::pi_2_c, r.lo - second.lo)}, to_bits(shifted)};
}

/// The high half of the 128 bits of a * b.
LG_FN unsigned long long multiply_high(unsigned long long a, unsigned long long b) {
  constexpr unsigned long long low = 0xffffffffULL;
  const unsigned long long cross = (a >> 32) * (b & low) + ((a & low) * (b & low) >> 32);
  const unsigned long long other = (a & low) * (b >> 32) + (cross & low);
  return (a >> 32) * (b >> 32) + (cross >> 32) + (other >> 32);
}

/// 64 bits of 2/pi. Bit 0 is the highest of 64 zeros; bit 64 has the weight 1/2, and so on.
LG_FN unsigned long long two_over_pi_bits(int first) {
  static constexpr unsigned long long words[20] = {
      0x0000000000000000, 0xa2f9836e4e441529, 0xfc2757d1f534ddc0, 0xdb6295993c439041,
      0xfe5163abdebbc561, 0xb7246e3a424dd2e0, 0x06492eea09d1921c, 0xfe1deb1cb129a73e,
      0xe88235f52ebb4484, 0xe99c7026b45f7e41, 0x3991d639835339f4, 0x9c845f8bbdf9283b,
      0x1ff897ffde05980f, 0xef2f118b5a0a6d1f, 0x6d367ecf27cb09b7, 0x4f463f669e5fea2d,
      0x7527bac7ebe5f17b, 0x3d0739f78a5292ea, 0x6bfb5fb11f8d5d08, 0x56033046fc7b6bab};
  const int word = first >> 6, shift = first & 63;
  return (words[word] << shift) | (words[word + 1] >> 1 >> (63 - shift));
}

/// The `count` bits of a product that start `shift` bits above the lowest, as a number.
LG_FN long long digits(unsigned long long word, int shift, int count) {
  return static_cast<long long>((word >> shift) & ((1ULL << count) - 1));
}

/// |x| * 2/pi modulo 4, rounded to the nearest integer `turns`, and the rest as hi + lo.
template <class T>
struct Turns {
  typename Format<T>::Bits turns;
  HiLo<T> rest;
};

/// Payne and Hanek's reduction, in integers: |x| = m 2^e, and of the bits of 2/pi only those are
/// taken whose product with m 2^e is neither a multiple of 4 nor too small to matter. The product
/// m * window, modulo 2^192, has the weight 2^-190: two bits of quarter turns, and a fraction,
/// which is cut into pieces of 48 bits that convert exactly. Right to 2^-137: 2^-74 of itself.
LG_FN Turns<double> multiply_by_two_over_pi(double magnitude) {
  const unsigned long long bits = to_bits(magnitude);
  const int first = static_cast<int>(bits >> 52) - 1075 + 62;
  const unsigned long long m = (bits & ((1ULL << 52) - 1)) | (1ULL << 52);
  const unsigned long long low = two_over_pi_bits(first + 128);
  const unsigned long long middle = two_over_pi_bits(first + 64);
  const unsigned long long p0 = m * low;
  const unsigned long long p1 = m * middle + multiply_high(m, low);
  const unsigned long long carry = p1 < m * middle ? 1 : 0;
  const unsigned long long p2 = m * two_over_pi_bits(first) + multiply_high(m, middle) + carry;
  const unsigned long long turns = (p2 + (1ULL << 61)) >> 62;
  const long long top = static_cast<long long>(p2 - (turns << 62));  // -2^61 <= top < 2^61
  const double a = static_cast<double>(top >> 14) * 0x1p-48;
  const double b = static_cast<double>((digits(p2, 0, 14) << 34) | digits(p1, 30, 34)) * 0x1p-96;
  const double c = static_cast<double>((digits(p1, 0, 30) << 18) | digits(p0, 46, 18)) * 0x1p-144;
  const HiLo<double> sum = two_sum(a, b);
  return {turns, fast_two_sum(sum.hi, sum.lo + c)};
}

/// The same for float: 128 bits and pieces of 24. In integers too, though a few double operations
/// would do: consumer GPUs have 64 times fewer units for double than for float.
LG_FN Turns<float> multiply_by_two_over_pi(float magnitude) {
  const unsigned bits = to_bits(magnitude);
  const int first = static_cast<int>(bits >> 23) - 150 + 62;
  const unsigned long long m = (bits & ((1U << 23) - 1)) | (1U << 23);
  const unsigned long long low = two_over_pi_bits(first + 64);
  const unsigned long long p0 = m * low;
  const unsigned long long p1 = m * two_over_pi_bits(first) + multiply_high(m, low);
  const unsigned long long turns = (p1 + (1ULL << 61)) >> 62;
  const long long top = static_cast<long long>(p1 - (turns << 62));
  const float a = static_cast<float>(top >> 38) * 0x1p-24F;
  const float b = static_cast<float>(digits(p1, 14, 24)) * 0x1p-48F;
  const float c = static_cast<float>((digits(p1, 0, 14) << 10) | digits(p0, 54, 10)) * 0x1p-72F;
  const HiLo<float> sum = two_sum(a, b);
  return {static_cast<unsigned>(turns), fast_two_sum(sum.hi, sum.lo + c)};
}

/// The reduction for |x| >= 1 of any size. A NaN for infinities and NaN.
///
/// accuracy   r.hi + r.lo is right to 2^-73 (2^-38) of itself, |r.hi| <= pi/4.
/// source     Payne & Hanek, Radian Reduction for Trigonometric Functions, SIGNUM 18 (1983).
template <class T>
LG_FN QuarterTurns<T> rem_pio2_huge(T x) {
  using C = TrigConstants<T>;
  if (!(abs(x) < infinity<T>())) return {{nan<T>(), T(0)}, 0};
  const Turns<T> t = multiply_by_two_over_pi(abs(x));
  const HiLo<T> product = two_product(t.rest.hi, C::pi_2_a);
  const T lo = fma(t.rest.lo, C::pi_2_a, fma(t.rest.hi, C::pi_2_b, product.lo));
  const HiLo<T> r = fast_two_sum(product.hi, lo);
  const bool negative = x < T(0);
  return {{negative ? -r.hi : r.hi, negative ? -r.lo : r.lo}, negative ? 0 - t.turns : t.turns};
}

/// The reduction for every x.
template <class T>
LG_INLINE_FN QuarterTurns<T> rem_pio2(T x) {
  return is_moderate(x) ? rem_pio2_moderate(x) : rem_pio2_huge(x);
}

}  // namespace levelgrad::math
