// SPDX-License-Identifier: MIT
//
// The accuracy that each op declares, against MPFR. Maxima over samples: bench/math_accuracy.cpp
// takes many more, and bench/math_exhaustive.cpp takes every float.
#include "support/exact.h"
// First: the headers below must find the functions of Exact.

#include <gtest/gtest.h>

#include <vector>

#include "levelgrad/ops.h"
#include "support/op_points.h"
#include "support/random_expression.h"

namespace levelgrad::testing {
namespace {

using math::Exact;

/// A number from low to high, from 64 random bits.
template <class T>
T uniform(Word random, double low, double high) {
  return static_cast<T>(low + (high - low) * (static_cast<double>(random >> 11) * 0x1p-53));
}

/// An x for which e^x is a number; for half of them it is a subnormal one.
template <class T>
T to_zero_or_infinity(Word random) {
  const double zero = sizeof(T) == 8 ? -746 : -104, subnormal = sizeof(T) == 8 ? -708 : -87;
  const double infinity = sizeof(T) == 8 ? 710 : 89;
  return uniform<T>(random, zero, random % 2 == 0 ? subnormal : infinity);
}

/// Operand k of point i: all kinds of bits, and dense ranges where functions do their work.
template <class T>
T operand(Word i, Word k) {
  const Word random = splitmix64(4 * i + k);
  switch ((i >> 2 * k) % 4) {
    case 0:
      return Random<T>::input(random >> 8, 0);
    case 1:
      return uniform<T>(random, -20, 20);
    case 2:
      return uniform<T>(random, -1, 1);
    default:
      return to_zero_or_infinity<T>(random);
  }
}

/// Operands of an op: its constant, or often a b for which a to the power of b is a number.
template <class O, class T>
OpPoint<T> point(Word i) {
  OpPoint<T> p = {operand<T>(i, 0), operand<T>(i, 1), operand<T>(i, 2), T(1)};
  const double log_a = std::log(static_cast<double>(p.a));
  if (std::is_base_of_v<op::UnaryWithConstant, O>) {
    p.b = static_cast<T>(constants[i % constants.size()]);
  } else if (i % 2 == 0 && std::isfinite(log_a) && log_a != 0) {
    p.b = static_cast<T>(static_cast<double>(to_zero_or_infinity<T>(splitmix64(i))) / log_a);
  }
  return p;
}

/// Whether all that the op rounds on its way is a normal number; the result may be any.
template <class T>
bool is_in_range(const Exact& result) {
  const int on_the_way = Exact::out_of_range;
  Exact::watch_range_of<T>();
  static_cast<void>(Exact::of(mpfr_set, result));
  return on_the_way <= Exact::out_of_range;
}

template <class O, class T>
void check_accuracy() {
  constexpr Word count = 20000;
  double worst = 0;
  Word compared = 0;
  for (Word i = 0; i < count; ++i) {
    const auto [a, b, c, g] = point<O, T>(i);
    Exact::watch_range_of<T>();
    const Exact exact = O::value(Exact(double(a)), Exact(double(b)), Exact(double(c)));
    if (!is_in_range<T>(exact)) continue;
    ++compared;
    const double error = error_ulp(O::value(a, b, c), exact);
    if (!(error > worst)) continue;
    worst = error;
    EXPECT_LE(error, sizeof(T) == 8 ? O::ulp_f64 : O::ulp_f32)
        << O::symbol << " in f" << 8 * sizeof(T) << " at " << std::hexfloat << a << ", " << b
        << ", " << c;
  }
  EXPECT_GT(compared, count / 2) << O::symbol;
  ::testing::Test::RecordProperty(O::symbol, std::to_string(worst));
}

TEST(Accuracy, OfEveryOpIsAsDeclaredInDouble) {
  for (const Op op : all_ops) {
    dispatch(op, [](auto o) { check_accuracy<decltype(o), double>(); });
  }
}

TEST(Accuracy, OfEveryOpIsAsDeclaredInFloat) {
  for (const Op op : all_ops) {
    dispatch(op, [](auto o) { check_accuracy<decltype(o), float>(); });
  }
}

template <class T>
void check_moderate_siblings() {
  for (Word i = 0; i < 100000; ++i) {
    const T x = Random<T>::input(i, 0);
    if (!math::is_moderate(x)) continue;
    EXPECT_EQ(canonical_bits(math::sin(x)), canonical_bits(math::sin_moderate(x))) << x;
    EXPECT_EQ(canonical_bits(math::cos(x)), canonical_bits(math::cos_moderate(x))) << x;
    EXPECT_EQ(canonical_bits(math::tan(x)), canonical_bits(math::tan_moderate(x))) << x;
  }
}

TEST(Trigonometry, ForModerateArgumentsHasTheSameBits) {
  check_moderate_siblings<double>();
  check_moderate_siblings<float>();
}

}  // namespace
}  // namespace levelgrad::testing
