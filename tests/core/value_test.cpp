// SPDX-License-Identifier: MIT
#include "levelgrad/value.h"

#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

#include "levelgrad/error.h"

namespace levelgrad {
namespace {

std::string printed(const auto& thing) {
  std::ostringstream out;
  out << thing;
  return out.str();
}

TEST(Value, ReproducesTheReadmeOfMicrograd) {
  const Value a = -4.0;
  const Value b = 2.0;
  Value c = a + b;
  Value d = a * b + pow(b, 3);
  c += c + 1;
  c += 1 + c + (-a);
  d += d * 2 + relu(b + a);
  d += 3 * d + relu(b - a);
  const Value e = c - d;
  const Value f = pow(e, 2);
  Value g = f / 2.0;
  g += 10.0 / f;
  g.backward();
  EXPECT_EQ("Value(data=24.70408163265306, grad=1.0)", printed(g));
  EXPECT_EQ(138.83381924198252, a.grad());
  EXPECT_EQ(645.5772594752186, b.grad());
}

TEST(Value, ReproducesTheSanityCheckOfMicrogradsTests) {
  // Numbers by PyTorch, in micrograd's test_engine.py.
  const Value x = -4.0;
  const Value z = 2 * x + 2 + x;
  const Value q = relu(z) + z * x;
  const Value h = relu(z * z);
  const Value y = h + q + q * x;
  y.backward();
  EXPECT_EQ(-20.0, y.data());
  EXPECT_EQ(46.0, x.grad());
}

TEST(Value, FloatHasTheSameSurface) {
  const ValueF32 a = 1.5F;
  const ValueF32 y = 2 * a + pow(a, 2) - a / 4;
  y.backward();
  EXPECT_EQ(2 * 1.5F + 2.25F - 0.375F, y.data());
  EXPECT_EQ(2 + 3.0F - 0.25F, a.grad());
  EXPECT_EQ("Value(data=1.5, grad=4.75)", printed(a));
}

TEST(Value, NumbersMixOnBothSidesOfEveryBinaryOp) {
  const Value a = 3.0;
  EXPECT_EQ(5.0, (a + 2).data());
  EXPECT_EQ(5.0, (2 + a).data());
  EXPECT_EQ(1.0, (a - 2).data());
  EXPECT_EQ(-1.0, (2 - a).data());
  EXPECT_EQ(6.0, (2U * a).data());
  EXPECT_EQ(1.5, (a / 2.0F).data());
  EXPECT_EQ(2.0, (6 / a).data());
  EXPECT_EQ(3.0, max(a, 2).data());
  EXPECT_EQ(2.0, min(2, a).data());
  EXPECT_EQ(7.0, fma(2, a, 1).data());
}

TEST(Value, CompoundAssignmentMakesNewNodes) {
  Value a = 3.0;
  const Value before = a;
  a += 1;
  a *= 2;
  a -= 3;
  a /= 5;
  EXPECT_EQ(1.0, a.data());
  EXPECT_EQ(3.0, before.data());
  a.backward();
  EXPECT_EQ(0.4, before.grad());
}

TEST(Value, KeepsTheSourceLineThatMadeIt) {
  const unsigned line = __LINE__;
  const Value a = 1.0;
  const Value b = a + 2;
  const Value c = relu(pow(b, 2));
  Value d = c;
  d *= 2;
  EXPECT_EQ(line + 1, a.where().line());
  EXPECT_EQ(line + 2, b.where().line());
  EXPECT_EQ(line + 2, b.operands()[1].where().line());
  EXPECT_EQ(line + 3, c.where().line());
  EXPECT_EQ(line + 3, c.operands()[0].where().line());
  EXPECT_EQ(line + 5, d.where().line());
}

TEST(Value, HasLabelsOnRequest) {
  const Value a = 1.0;
  EXPECT_EQ("", a.label());
  a.set_label("weight");
  EXPECT_EQ("weight", a.label());
}

TEST(Value, OnlyLeavesCanBeSet) {
  const Value a = 1.0;
  a.set_data(2.0);
  a.set_grad(-1.0);
  EXPECT_EQ(2.0, a.data());
  EXPECT_EQ(-1.0, a.grad());
  const Value b = a + 1;
  EXPECT_THROW(b.set_data(1.0), GraphError);
  EXPECT_THROW(b.set_grad(1.0), GraphError);
}

TEST(Value, EmptyOneIsAnError) {
  const Value empty;
  EXPECT_THROW((void)empty.data(), GraphError);
  EXPECT_THROW((void)(empty + 1), GraphError);
  EXPECT_THROW((void)relu(empty), GraphError);
  EXPECT_THROW(empty.backward(), GraphError);
  EXPECT_THROW((void)empty.label(), GraphError);
}

TEST(Value, PowTakesNumbersAndValuesOnBothSides) {
  const Value a = 2.0;
  const Value b = 3.0;
  EXPECT_EQ(8.0, pow(a, b).data());
  EXPECT_EQ(9.0, pow(3, a).data());
  EXPECT_EQ(8.0, pow(a, 3).data());
  EXPECT_EQ(Op::Pow, pow(3, a).op());
  EXPECT_EQ(Op::PowConst, pow(a, 3).op());
  pow(a, b).backward();
  EXPECT_EQ(12.0, a.grad());
  EXPECT_NEAR(8 * 0.6931471805599453, b.grad(), 1e-15 * 8);
}

TEST(Value, ReproducesTheLecturesNeuron) {
  // Karpathy's lecture: x = (2, 0), w = (-3, 1), this bias, tanh.
  const Value x1 = 2.0, x2 = 0.0, w1 = -3.0, w2 = 1.0;
  const Value b = 6.8813735870195432;
  const Value o = tanh(x1 * w1 + x2 * w2 + b);
  o.backward();
  EXPECT_EQ(0.7071067811865476, o.data());
  EXPECT_NEAR(-1.5, x1.grad(), 1e-15);
  EXPECT_NEAR(1.0, w1.grad(), 1e-15);
  EXPECT_NEAR(0.5, x2.grad(), 1e-15);
  EXPECT_EQ(0.0, w2.grad());
}

TEST(Value, SelectsByACondition) {
  const Value a = 1.0, b = 2.0;
  const Value smaller = select(less(a, b), a, b);
  smaller.backward();
  EXPECT_EQ(1.0, smaller.data());
  EXPECT_EQ(1.0, a.grad());
  EXPECT_EQ(0.0, b.grad());
}

TEST(Value, DetachStopsTheGrad) {
  const Value a = 3.0;
  const Value y = a * detach(a);
  y.backward();
  EXPECT_EQ(9.0, y.data());
  EXPECT_EQ(3.0, a.grad());
}

// The bug reports of micrograd and of its relatives, see karpathy/micrograd issues 2, 68, 91 and
// pull request 34; rickhull/backprop and nithinbekal/micrograd have no topological order.

TEST(Backward, ReusedInteriorNode) {
  const Value a = 1.0;
  const Value b = a + a;
  const Value c = b + b;
  c.backward();
  EXPECT_EQ(4.0, a.grad());  // 6 without a topological order
  EXPECT_EQ(2.0, b.grad());
}

TEST(Backward, SameOperandTwice) {
  const Value x = 3.0;
  (x * x).backward();
  EXPECT_EQ(6.0, x.grad());
  const Value z = 3.0;
  (z + z).backward();
  EXPECT_EQ(2.0, z.grad());  // 3 in mlecauchois/micrograd-cuda
  const Value d = 3.0;
  (d / d).backward();
  EXPECT_EQ(0.0, d.grad());
}

TEST(Backward, DiamondShapes) {
  const Value a = 2.0;
  const Value b = a * 3;
  const Value c = a + 5;
  const Value d = b * c;
  const Value e = d + b;
  e.backward();
  EXPECT_EQ(3 * 7 + 6 + 3, a.grad());
  const Value x = 1.0;
  const Value y = x + x;
  const Value z = (y * 3) + (y * 5);
  z.backward();
  EXPECT_EQ(16.0, x.grad());
}

TEST(Backward, TekknolagisReusedNode) {
  const Value a = 1.0;
  const Value b = 2.0;
  const Value x = a + b;
  const Value y = x * x + x * 2;
  y.backward();
  EXPECT_EQ(8.0, a.grad());
  EXPECT_EQ(8.0, b.grad());
  EXPECT_EQ(1.0, y.grad());
}

TEST(Backward, NumberOverValueDividesByIt) {
  const Value x = 4.0;
  const Value y = 1.0 / x;  // parsiad/micrograd-pp returns x
  y.backward();
  EXPECT_EQ(0.25, y.data());
  EXPECT_EQ(-0.0625, x.grad());
}

TEST(Backward, TwiceAddsToLeavesOnly) {
  const Value a = 3.0;
  const Value b = a * 2;
  const Value c = b * b;
  c.backward();
  const double once = a.grad();
  c.backward();
  EXPECT_EQ(2 * once, a.grad());
  EXPECT_EQ(12.0, b.grad());
  EXPECT_EQ(1.0, c.grad());
}

TEST(Backward, OfALeafAddsOne) {
  const Value a = 3.0;
  a.backward();
  a.backward();
  EXPECT_EQ(2.0, a.grad());
}

TEST(Backward, FromAnotherRootLeavesTheRestAlone) {
  const Value a = 3.0;
  const Value b = a * 2;
  const Value unrelated = a * 5;
  unrelated.backward();
  b.backward();
  EXPECT_EQ(7.0, a.grad());
  EXPECT_EQ(1.0, unrelated.grad());
}

TEST(Backward, FoldStartsAtPositiveZero) {
  const Value a = 1.0;
  const Value b = a * -0.0;
  b.backward();
  EXPECT_FALSE(std::signbit(a.grad()));  // 0 + -0, not -0
}

TEST(Backward, DeadReluHidesInfinity) {
  const Value a = -1.0;
  const Value y = relu(a) / 0.0;  // the grad that arrives at relu is inf
  y.backward();
  EXPECT_EQ(0.0, a.grad());  // karpathy/micrograd: 0 * inf = nan
}

TEST(CanonicalOrder, IsDepthFirstPostOrderLeftToRight) {
  const Value a = 1.0;
  const Value b = 2.0;
  const Value left = a * b;
  const Value right = b + a;
  const Value root = right - left;  // right is visited first though it was made last
  const std::vector<Value> order = canonical_order(root);
  const std::vector<Value> expected = {b, a, right, left, root};
  ASSERT_EQ(expected.size(), order.size());
  for (std::size_t i = 0; i < order.size(); ++i) EXPECT_EQ(expected[i].id(), order[i].id()) << i;
}

TEST(CanonicalOrder, OfSeveralRootsVisitsOneAfterTheOther) {
  const Value a = 1.0;
  const Value first = a + 1;
  const Value second = a * 2;
  const std::vector<Value> roots = {first, second, first};
  const std::vector<Value> order = canonical_order(std::span<const Value>(roots));
  ASSERT_EQ(5U, order.size());
  EXPECT_EQ(first.id(), order[2].id());
  EXPECT_EQ(second.id(), order[4].id());
  EXPECT_TRUE(canonical_order(std::span<const Value>()).empty());
}

TEST(CanonicalOrder, DecidesTheBitsOfAFold) {
  // Consumers add in reverse canonical order: last, then middle, then first.
  const Value x = 1.0;
  const Value first = x * 1.0;
  const Value middle = x * 1e16;
  const Value last = x * -1e16;
  const Value root = (first + middle) + last;
  root.backward();
  EXPECT_EQ(1.0, x.grad());  // (-1e16 + 1e16) + 1; ascending order would give 0
}

TEST(CanonicalOrder, OneConsumersOperandsContributeLeftToRight) {
  const Value x = 1e16;
  const Value thrice = fma(x, x, x);  // contributes 1e16, 1e16, 1
  const Value last = x * -2e16;       // comes first in the fold
  (thrice + last).backward();
  EXPECT_EQ(1.0, x.grad());  // ((-2e16 + 1e16) + 1e16) + 1; with the 1 before them it is 0
}

TEST(GeneralBackward, TakesAnOrderAndSeeds) {
  const Value a = 3.0;
  const Value b = a * 2;
  const Value c = b * 5;
  a.set_grad(100.0);
  const std::vector<Value> order = canonical_order(c);
  const std::vector<Seed> seeds = {{c, 1.0}, {b, 0.5}, {c, 1.0}};
  backward<double>(order, seeds);
  EXPECT_EQ(2.0, c.grad());
  EXPECT_EQ(0.5 + 2 * 5, b.grad());
  EXPECT_EQ(100.0 + 10.5 * 2, a.grad());
}

TEST(GeneralBackward, MayLeaveOutWhatLiesBelow) {
  // The reference executor treats what it got from elsewhere as leaves.
  const Value a = 3.0;
  const Value b = a * 2;
  const std::vector<Value> order = {b};
  const std::vector<Seed> seeds = {{b, 1.0}};
  backward<double>(order, seeds);
  EXPECT_EQ(2.0, a.grad());
}

TEST(GeneralBackward, RefusesAnOrderThatDoesNotFit) {
  const Value a = 3.0;
  const Value b = a * 2;
  const Value c = b * 5;
  const std::vector<Seed> seeds = {{c, 1.0}};
  const std::vector<Value> reversed = {c, b};
  const std::vector<Value> twice = {b, b, c};
  const std::vector<Value> missing = {c};
  EXPECT_THROW(backward<double>(reversed, seeds), GraphError);
  EXPECT_THROW(backward<double>(twice, seeds), GraphError);
  EXPECT_THROW(backward<double>(missing, seeds), GraphError);
}

}  // namespace
}  // namespace levelgrad
