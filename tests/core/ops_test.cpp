// SPDX-License-Identifier: MIT
#include "levelgrad/ops.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "support/random_expression.h"

namespace levelgrad {
namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
const double nan = std::numeric_limits<double>::quiet_NaN();

template <class O>
double value(double a, double b = 0, double c = 0) {
  return O::value(a, b, c);
}

template <class O>
double da(double g, double a, double b = 0, double c = 0) {
  return O::da(g, a, b, c, O::value(a, b, c));
}

template <class O>
double db(double g, double a, double b = 0, double c = 0) {
  return O::db(g, a, b, c, O::value(a, b, c));
}

/// Equal bits; all NaNs are equal.
void expect_bits(double expected, double actual, const char* what) {
  if (std::isnan(expected)) {
    EXPECT_TRUE(std::isnan(actual)) << what << " is " << actual;
  } else {
    EXPECT_EQ(std::bit_cast<std::uint64_t>(expected), std::bit_cast<std::uint64_t>(actual))
        << what << ": expected " << expected << ", got " << actual;
  }
}
#define EXPECT_BITS(expected, actual) expect_bits(expected, actual, #actual)

TEST(Relu, AtKinkAndSpecialValues) {
  EXPECT_BITS(0.0, value<op::Relu>(-1.5));
  EXPECT_BITS(2.5, value<op::Relu>(2.5));
  EXPECT_BITS(-0.0, value<op::Relu>(-0.0));
  EXPECT_BITS(nan, value<op::Relu>(nan));
  EXPECT_BITS(inf, value<op::Relu>(inf));
  EXPECT_BITS(0.0, value<op::Relu>(-inf));
  EXPECT_BITS(0.0, da<op::Relu>(3.0, 0.0));
  EXPECT_BITS(0.0, da<op::Relu>(3.0, -0.0));
  EXPECT_BITS(3.0, da<op::Relu>(3.0, 1e-300));
  EXPECT_BITS(nan, da<op::Relu>(nan, nan));
}

TEST(Relu, DeadUnitContributesZeroWhateverComesFromAbove) {
  EXPECT_BITS(0.0, da<op::Relu>(inf, -1.0));
  EXPECT_BITS(0.0, da<op::Relu>(nan, -1.0));
}

TEST(Abs, ClearsTheSignAndHasNoSlopeAtZero) {
  EXPECT_BITS(0.0, value<op::Abs>(-0.0));
  EXPECT_BITS(0.0, value<op::Abs>(0.0));
  EXPECT_BITS(1.5, value<op::Abs>(-1.5));
  EXPECT_BITS(inf, value<op::Abs>(-inf));
  EXPECT_BITS(nan, value<op::Abs>(nan));
  EXPECT_BITS(0.0, da<op::Abs>(5.0, 0.0));
  EXPECT_BITS(0.0, da<op::Abs>(5.0, -0.0));
  EXPECT_BITS(-5.0, da<op::Abs>(5.0, -2.0));
  EXPECT_BITS(nan, da<op::Abs>(5.0, nan));
}

TEST(MinMax, TakeTheFirstOfEqualOperands) {
  EXPECT_BITS(-0.0, value<op::Min>(-0.0, 0.0));
  EXPECT_BITS(0.0, value<op::Min>(0.0, -0.0));
  EXPECT_BITS(0.0, value<op::Max>(0.0, -0.0));
  EXPECT_BITS(-0.0, value<op::Max>(-0.0, 0.0));
  EXPECT_BITS(7.0, da<op::Min>(7.0, 2.0, 2.0));
  EXPECT_BITS(0.0, db<op::Min>(7.0, 2.0, 2.0));
  EXPECT_BITS(7.0, da<op::Max>(7.0, 2.0, 2.0));
  EXPECT_BITS(0.0, db<op::Max>(7.0, 2.0, 2.0));
}

TEST(MinMax, PassNanFromEitherOperand) {
  for (const auto& [a, b] : {std::pair{nan, 1.0}, std::pair{1.0, nan}}) {
    EXPECT_BITS(nan, value<op::Min>(a, b));
    EXPECT_BITS(nan, value<op::Max>(a, b));
    EXPECT_BITS(nan, da<op::Min>(1.0, a, b));
    EXPECT_BITS(nan, db<op::Min>(1.0, a, b));
    EXPECT_BITS(nan, da<op::Max>(1.0, a, b));
    EXPECT_BITS(nan, db<op::Max>(1.0, a, b));
  }
}

TEST(Sqrt, AtZeroAndBelow) {
  EXPECT_BITS(-0.0, value<op::Sqrt>(-0.0));
  EXPECT_BITS(nan, value<op::Sqrt>(-1.0));
  EXPECT_BITS(inf, value<op::Sqrt>(inf));
  EXPECT_BITS(inf, da<op::Sqrt>(1.0, 0.0));
  EXPECT_BITS(nan, da<op::Sqrt>(0.0, 0.0));
  EXPECT_BITS(0.25, da<op::Sqrt>(1.0, 4.0));
}

TEST(Div, IsOneRoundingAndFollowsIeee) {
  EXPECT_BITS(1.0, value<op::Div>(49.0, 49.0));  // 49 * 49**-1 is 0.9999999999999999
  EXPECT_BITS(inf, value<op::Div>(1.0, 0.0));
  EXPECT_BITS(-inf, value<op::Div>(1.0, -0.0));
  EXPECT_BITS(nan, value<op::Div>(0.0, 0.0));
  EXPECT_BITS(-0.75, db<op::Div>(1.0, 3.0, 2.0));
}

TEST(PowConst, HasItsShapes) {
  const double x = 1.1;
  EXPECT_BITS(1.0, value<op::PowConst>(x, 0));
  EXPECT_BITS(x, value<op::PowConst>(x, 1));
  EXPECT_BITS(x * x, value<op::PowConst>(x, 2));
  EXPECT_BITS((x * x) * x, value<op::PowConst>(x, 3));
  EXPECT_BITS((x * x) * (x * x), value<op::PowConst>(x, 4));
  EXPECT_BITS(1 / x, value<op::PowConst>(x, -1));
  EXPECT_BITS(1 / (x * x), value<op::PowConst>(x, -2));
  EXPECT_BITS(std::sqrt(x), value<op::PowConst>(x, 0.5));
  EXPECT_BITS(1 / std::sqrt(x), value<op::PowConst>(x, -0.5));
}

TEST(PowConst, DerivativeAtZeroAndOfConstantPower) {
  EXPECT_BITS(0.0, da<op::PowConst>(inf, nan, 0));
  EXPECT_BITS(1.0, value<op::PowConst>(nan, 0));
  EXPECT_BITS(1.0, da<op::PowConst>(1.0, 0.0, 1));
  EXPECT_BITS(0.0, da<op::PowConst>(1.0, 0.0, 2));
  EXPECT_BITS(inf, value<op::PowConst>(0.0, -1));
  EXPECT_BITS(-inf, da<op::PowConst>(1.0, 0.0, -1));
  EXPECT_BITS(inf, da<op::PowConst>(1.0, 0.0, 0.5));
}

TEST(Fma, RoundsOnce) {
  const double a = 1 + 0x1p-30;
  EXPECT_BITS(0x1p-60, value<op::Fma>(a, a, -(1 + 0x1p-29)));
}

TEST(Ops, HaveSymbolsFormulasAndOpcodes) {
  for (const Op op : testing::all_ops) {
    dispatch(op, [&](auto o) {
      using O = decltype(o);
      EXPECT_EQ(op, opcode<O>);
      EXPECT_NE(std::string(), O::symbol);
      EXPECT_NE(std::string(), O::value_text);
      if constexpr (O::active > 0) {
        EXPECT_NE(std::string(), O::da_text);
      }
    });
  }
  EXPECT_STREQ("g / (y + y)", op::Sqrt::da_text);
}

/// One-sided difference quotients of an op in one operand.
template <class O>
struct Slopes {
  double left, right;
  Slopes(std::array<double, 3> x, std::size_t operand) {
    const double h = 1e-6 * std::max(1.0, std::abs(x[operand]));
    const double middle = O::value(x[0], x[1], x[2]);
    std::array<double, 3> up = x, down = x;
    up[operand] += h;
    down[operand] -= h;
    right = (O::value(up[0], up[1], up[2]) - middle) / h;
    left = (middle - O::value(down[0], down[1], down[2])) / h;
  }
};

template <class O>
double derivative(std::size_t operand, double g, const std::array<double, 3>& x) {
  const double y = O::value(x[0], x[1], x[2]);
  if constexpr (O::active > 0) {
    if (operand == 0) return O::da(g, x[0], x[1], x[2], y);
  }
  if constexpr (O::active > 1) {
    if (operand == 1) return O::db(g, x[0], x[1], x[2], y);
  }
  if constexpr (O::active > 2) return O::dc(g, x[0], x[1], x[2], y);
  return nan;
}

/// Compares the derivatives of O with difference quotients over the sign quadrants; returns how
/// many it could compare.
template <class O>
int check_derivatives() {
  constexpr std::array<double, 8> points = {-3.1, -1.7, -0.9, -0.3, 0.4, 0.8, 1.9, 2.7};
  int checked = 0;
  const auto check = [&](const std::array<double, 3>& x) {
    if (!std::isfinite(O::value(x[0], x[1], x[2]))) return;
    for (std::size_t operand = 0; operand < O::active; ++operand) {
      const Slopes<O> slopes(x, operand);
      if (!(std::abs(slopes.left - slopes.right) < 1e-3)) continue;  // a kink: its own tests above
      const double expected = 2.5 * (slopes.left + slopes.right) / 2;
      EXPECT_NEAR(expected, derivative<O>(operand, 2.5, x), 1e-6 * (1 + std::abs(expected)))
          << O::symbol << " operand " << operand << " at " << x[0] << ", " << x[1] << ", " << x[2];
      ++checked;
    }
  };
  for (const double a : points) {
    for (const double b : points) {
      if constexpr (std::is_base_of_v<op::UnaryWithConstant, O>) {
        for (const double constant : testing::constants) check({a, constant, 0});
      } else {
        check({a, b, -0.7});
      }
    }
  }
  return checked;
}

TEST(Ops, DerivativesEqualDifferenceQuotients) {
  for (const Op op : testing::all_ops) {
    dispatch(op, [](auto o) {
      using O = decltype(o);
      if constexpr (O::active > 0) {
        EXPECT_GE(check_derivatives<O>(), 4) << O::symbol;
      }
    });
  }
}

TEST(Ops, FloatFollowsTheSameFormulas) {
  for (const Op op : testing::all_ops) {
    dispatch(op, [](auto o) {
      using O = decltype(o);
      const float y = O::value(1.5F, 2.0F, 0.25F);
      EXPECT_NEAR(O::value(1.5, 2.0, 0.25), static_cast<double>(y), 2e-6) << O::symbol;
      if constexpr (O::active > 0) {
        const double expected = O::da(0.5, 1.5, 2.0, 0.25, O::value(1.5, 2.0, 0.25));
        EXPECT_NEAR(expected, static_cast<double>(O::da(0.5F, 1.5F, 2.0F, 0.25F, y)),
                    1e-6 * (1 + std::abs(expected)))
            << O::symbol;
      }
    });
  }
}

}  // namespace
}  // namespace levelgrad
