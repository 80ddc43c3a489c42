// SPDX-License-Identifier: MIT
//
// What contribution.h reads off the formulas' texts, against what the formulas do.
#include "levelgrad/contribution.h"

#include <gtest/gtest.h>

#include <string>

#include "levelgrad/node.h"
#include "support/bits.h"
#include "support/op_points.h"

namespace levelgrad {
namespace {

using testing::same_bits;

template <class O, int K, class T>
T contribution_at(const testing::OpPoint<T>& p, T y) {
  return contribution<O, K>(p.g, p.a, p.b, p.c, y);
}

/// Moves each number that the formula is said not to name, and the others: what is named must
/// matter somewhere, or executors would keep numbers for nothing.
template <class O, int K, class T>
void check_reads() {
  const Derivative d = derivative<O, K>();
  const std::vector<T> others = {
      T(0), -T(0), T(1), T(-2.5), T(7), math::nan<T>(), math::infinity<T>()};
  bool matters[4] = {};
  for (const testing::OpPoint<T>& p : testing::op_points<T>(500)) {
    const T y = O::value(p.a, p.b, p.c);
    const T before = contribution_at<O, K>(p, y);
    for (const T other : others) {
      for (int moved = 0; moved < 4; ++moved) {
        testing::OpPoint<T> q = p;
        T result = y;
        *(moved == 0 ? &q.a : moved == 1 ? &q.b : moved == 2 ? &q.c : &result) = other;
        const bool same = same_bits(before, contribution_at<O, K>(q, result));
        matters[moved] = matters[moved] || !same;
        const bool named = moved == 3 ? d.reads_result : d.reads_operand[moved];
        ASSERT_TRUE(same || named) << O::symbol << " operand " << K << " reads " << moved;
      }
    }
  }
  for (int moved = 0; moved < 4; ++moved) {
    const bool named = moved == 3 ? d.reads_result : d.reads_operand[moved];
    EXPECT_EQ(named, matters[moved]) << O::symbol << " operand " << K << " and " << moved;
  }
}

template <class O, int K, class T>
void check_form() {
  const Form form = derivative<O, K>().form;
  bool copies = true;
  bool times[4] = {true, true, true, true};
  for (const testing::OpPoint<T>& p : testing::op_points<T>(500)) {
    const T y = O::value(p.a, p.b, p.c);
    const T got = contribution_at<O, K>(p, y);
    const T factors[4] = {p.a, p.b, p.c, y};
    copies = copies && same_bits(got, p.g);
    for (int k = 0; k < 4; ++k) {
      times[k] = times[k] && same_bits(got, p.g * factors[k]) && same_bits(got, factors[k] * p.g);
    }
  }
  const int factor = static_cast<int>(form) - static_cast<int>(Form::TimesA);
  const bool holds = form == Form::Other || (form == Form::Copy ? copies : times[factor]);
  EXPECT_TRUE(holds) << O::symbol << " operand " << K;
}

template <class O, class T>
void check_op() {
  if constexpr (O::active > 0) check_reads<O, 0, T>(), check_form<O, 0, T>();
  if constexpr (O::active > 1) check_reads<O, 1, T>(), check_form<O, 1, T>();
  if constexpr (O::active > 2) check_reads<O, 2, T>(), check_form<O, 2, T>();
}

TEST(Contribution, NamesWhatItReadsAndHasItsForm) {
#define LG_CHECK(name, function) check_op<op::name, double>();
  LG_OPS(LG_CHECK)
#undef LG_CHECK
}

TEST(Contribution, NamesWhatItReadsAndHasItsFormInFloat) {
#define LG_CHECK(name, function) check_op<op::name, float>();
  LG_OPS(LG_CHECK)
#undef LG_CHECK
}

// Executors are fast where products are known as products: these forms must be found.
static_assert(info(Op::Add).derivative[0].form == Form::Copy);
static_assert(info(Op::Add).derivative[1].form == Form::Copy);
static_assert(info(Op::Sub).derivative[0].form == Form::Copy);
static_assert(info(Op::Sub).derivative[1].form == Form::Other);
static_assert(info(Op::Mul).derivative[0].form == Form::TimesB);
static_assert(info(Op::Mul).derivative[1].form == Form::TimesA);
static_assert(info(Op::Fma).derivative[0].form == Form::TimesB);
static_assert(info(Op::Fma).derivative[1].form == Form::TimesA);
static_assert(info(Op::Fma).derivative[2].form == Form::Copy);
static_assert(info(Op::Exp).derivative[0].form == Form::TimesY);
static_assert(info(Op::Sum).derivative[0].form == Form::Copy);
static_assert(info(Op::Relu).derivative[0].form == Form::Other);

// The formula's text is compared without its blanks, and words are whole words.
static_assert(detail::equal("a * g", "a*g") && detail::equal("a* g ", "a * g"));
static_assert(!detail::equal("a * g", "b * g") && !detail::equal("a * g", "a * g * g"));
static_assert(detail::names("math::exp(a) * g", 'a') && !detail::names("math::tanh(y)", 'a'));
static_assert(!detail::names("T(0x1.20p+0)", 'p') && !detail::names("b_a", 'a'));

TEST(Contribution, InfoIsThatOfTheOp) {
#define LG_CHECK(O, function)                                              \
  {                                                                        \
    const OpInfo found = info(Op::O);                                      \
    EXPECT_STREQ(#O, found.name);                                          \
    EXPECT_STREQ(op::O::symbol, found.symbol);                             \
    EXPECT_EQ(op::O::arity, found.arity);                                  \
    EXPECT_EQ(op::O::active, found.active);                                \
    const bool constant = std::is_base_of_v<op::UnaryWithConstant, op::O>; \
    EXPECT_EQ(constant, found.second_is_constant) << #O;                   \
    EXPECT_EQ((std::is_base_of_v<op::Join, op::O>), found.joins) << #O;    \
  }
  LG_OPS(LG_CHECK)
#undef LG_CHECK
  EXPECT_TRUE(info(Op::Mean).averages);
  EXPECT_FALSE(info(Op::Sum).averages);
  EXPECT_EQ(0, info(Op::Leaf).arity);
}

}  // namespace
}  // namespace levelgrad
