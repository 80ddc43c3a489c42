// SPDX-License-Identifier: MIT
//
// What the functions of levelgrad::math are made of: the basic operations that C++ has no operator
// for, the bits of a number, powers of two, exact sums and products, and polynomials.
// Freestanding; the same bits from g++, clang, nvcc and NVRTC.
#pragma once

#include "levelgrad/fn.h"

namespace levelgrad::math {

/// The layout of an IEEE-754 binary format.
///
/// magic   1.5 * 2^fraction_bits. Adding it rounds a number below 2^(fraction_bits - 2) to the
///         nearest integer (ties to even) and leaves that integer, in two's complement, in the
///         lowest bits of the sum: rounding and conversion in one operation, the same everywhere.
template <class T>
struct Format;
template <>
struct Format<double> {
  using Bits = unsigned long long;
  static constexpr int fraction_bits = 52;
  static constexpr Bits bias = 1023;
  static constexpr Bits sign = 1ULL << 63;
  static constexpr double smallest_normal = 0x1p-1022;
  static constexpr double magic = 0x1.8p52;
};
template <>
struct Format<float> {
  using Bits = unsigned int;
  static constexpr int fraction_bits = 23;
  static constexpr Bits bias = 127;
  static constexpr Bits sign = 1U << 31;
  static constexpr float smallest_normal = 0x1p-126F;
  static constexpr float magic = 0x1.8p23F;
};

/// The bits of a number, and the number of some bits. Not to be used on what may be a NaN, unless
/// the result is then a NaN, too.
LG_FN unsigned long long to_bits(double x) { return __builtin_bit_cast(unsigned long long, x); }
LG_FN unsigned int to_bits(float x) { return __builtin_bit_cast(unsigned int, x); }
LG_FN double from_bits(unsigned long long bits) { return __builtin_bit_cast(double, bits); }
LG_FN float from_bits(unsigned int bits) { return __builtin_bit_cast(float, bits); }

template <class T>
LG_FN T infinity() {
  constexpr typename Format<T>::Bits ones = 2 * Format<T>::bias + 1;
  return from_bits(ones << Format<T>::fraction_bits);
}

/// A quiet NaN; its sign and payload mean nothing.
template <class T>
LG_FN T nan() {
  constexpr typename Format<T>::Bits ones = 4 * Format<T>::bias + 3;
  return from_bits(ones << (Format<T>::fraction_bits - 1));
}

/// Neither an infinity nor a NaN.
template <class T>
LG_FN bool is_finite(T x) {
  return x - x == T(0);
}

/// sqrt(x), fma(x, y, z) = x * y + z, each rounded once; and abs(x) = x without its sign.
///
/// The compiler's builtins on the host, CUDA's intrinsics that round to nearest under every flag on
/// the device; NVRTC does not know the builtins.
#if defined(__CUDA_ARCH__)
LG_FN double sqrt(double x) { return __dsqrt_rn(x); }
LG_FN float sqrt(float x) { return __fsqrt_rn(x); }
LG_FN double fma(double x, double y, double z) { return __fma_rn(x, y, z); }
LG_FN float fma(float x, float y, float z) { return __fmaf_rn(x, y, z); }
LG_FN double abs(double x) { return ::fabs(x); }
LG_FN float abs(float x) { return ::fabsf(x); }
#else
LG_FN double sqrt(double x) { return __builtin_sqrt(x); }
LG_FN float sqrt(float x) { return __builtin_sqrtf(x); }
LG_FN double fma(double x, double y, double z) { return __builtin_fma(x, y, z); }
LG_FN float fma(float x, float y, float z) { return __builtin_fmaf(x, y, z); }
LG_FN double abs(double x) { return __builtin_fabs(x); }
LG_FN float abs(float x) { return __builtin_fabsf(x); }
#endif

/// x, but not less than `low`; a NaN stays a NaN.
template <class T>
LG_FN T at_least(T low, T x) {
  return x < low ? low : x;
}

/// magnitude, which must not be negative, with the sign of x: also that of a zero.
template <class T>
LG_FN T with_sign_of(T magnitude, T x) {
  return from_bits(to_bits(magnitude) | (to_bits(x) & Format<T>::sign));
}

/// 2^k for the k in the low bits of `bits`, such as those of a sum with Format<T>::magic.
/// Needs -bias < k <= bias; -bias itself gives 0.
template <class T>
LG_FN T pow2(typename Format<T>::Bits bits) {
  return from_bits((bits + Format<T>::bias) << Format<T>::fraction_bits);
}

/// y * 2^k for the k in the low bits of `bits`, for |k| up to twice the bias.
///
/// 2^k is applied in two halves, so that overflow and gradual underflow come out by themselves: the
/// first product is exact for y near 1, only the second one rounds.
template <class T>
LG_FN T scale(T y, typename Format<T>::Bits bits) {
  const typename Format<T>::Bits half = bits >> 1;
  return y * pow2<T>(half) * pow2<T>(bits - half);
}

/// a + b, a - b and a * b rounded in themselves, whatever the compiler may contract: in fast mode
/// (executor.h) neither NVRTC nor, behind it, ptxas may spoil exact sums and products.
///
/// Nothing on the host: a test measures what its compilers make of exact sums and products.
#if defined(__CUDA_ARCH__)
LG_FN double add_rn(double a, double b) { return __dadd_rn(a, b); }
LG_FN float add_rn(float a, float b) { return __fadd_rn(a, b); }
LG_FN double sub_rn(double a, double b) { return __dsub_rn(a, b); }
LG_FN float sub_rn(float a, float b) { return __fsub_rn(a, b); }
LG_FN double mul_rn(double a, double b) { return __dmul_rn(a, b); }
LG_FN float mul_rn(float a, float b) { return __fmul_rn(a, b); }
#else
template <class T>
LG_FN T add_rn(T a, T b) {
  return a + b;
}
template <class T>
LG_FN T sub_rn(T a, T b) {
  return a - b;
}
template <class T>
LG_FN T mul_rn(T a, T b) {
  return a * b;
}
#endif

/// An unevaluated sum hi + lo with lo small against hi: a number of more than the precision of T.
template <class T>
struct HiLo {
  T hi, lo;
};

/// a + b exactly, for |a| >= |b| or a = 0. Dekker 1971.
template <class T>
LG_FN HiLo<T> fast_two_sum(T a, T b) {
  const T sum = add_rn(a, b);
  return {sum, sub_rn(b, sub_rn(sum, a))};
}

/// a + b exactly. Knuth, The Art of Computer Programming, vol. 2, sec. 4.2.2.
template <class T>
LG_FN HiLo<T> two_sum(T a, T b) {
  const T sum = add_rn(a, b);
  const T b_part = sub_rn(sum, a);
  return {sum, add_rn(sub_rn(a, sub_rn(sum, b_part)), sub_rn(b, b_part))};
}

/// a * b exactly, unless the low part underflows.
template <class T>
LG_FN HiLo<T> two_product(T a, T b) {
  const T product = mul_rn(a, b);
  return {product, fma(a, b, -product)};
}

/// c0 + x * (c1 + x * (c2 + ...)), by Horner's rule: one fma per degree.
template <class T>
LG_FN T horner(T, T c0) {
  return c0;
}
template <class T, class... Rest>
LG_FN T horner(T x, T c0, Rest... rest) {
  return fma(horner(x, rest...), x, c0);
}

}  // namespace levelgrad::math
