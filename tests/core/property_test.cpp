// SPDX-License-Identifier: MIT
//
// Gradients of random graphs against difference quotients and against a forward-mode evaluation.
#include <gtest/gtest.h>

#include <cmath>
#include <unordered_map>

#include "support/random_expression.h"

namespace levelgrad {
namespace {

/// Number with a tangent: the derivative in one direction, carried forwards.
struct Dual {
  double data;
  double tangent;
};

/// The tangent of root for one leaf's unit tangent, node by node in canonical order. A node's rule
/// is linear in g, so g = an operand's tangent gives that operand's share.
Dual forward_mode(const Value& root, const Value& leaf) {
  std::unordered_map<std::uint64_t, Dual> duals;
  for (const Value& value : canonical_order(root)) {
    if (value.op() == Op::Leaf) {
      duals[value.id()] = {value.data(), value.id() == leaf.id() ? 1.0 : 0.0};
      continue;
    }
    Dual in[3] = {};
    const std::vector<Value> operands = value.operands();
    for (std::size_t k = 0; k < operands.size(); ++k) in[k] = duals.at(operands[k].id());
    duals[value.id()] = dispatch(value.op(), [&](auto o) {
      using O = decltype(o);
      const double a = in[0].data, b = in[1].data, c = in[2].data;
      const double y = O::value(a, b, c);
      double tangent = 0;
      if constexpr (O::active > 0) tangent += O::da(in[0].tangent, a, b, c, y);
      if constexpr (O::active > 1) tangent += O::db(in[1].tangent, a, b, c, y);
      if constexpr (O::active > 2) tangent += O::dc(in[2].tangent, a, b, c, y);
      return Dual{y, tangent};
    });
  }
  return duals.at(root.id());
}

/// root's data when a leaf is moved by h, everything evaluated again.
double moved(const Value& root, const Value& leaf, double h) {
  std::unordered_map<std::uint64_t, double> data;
  for (const Value& value : canonical_order(root)) {
    if (value.op() == Op::Leaf) {
      data[value.id()] = value.data() + (value.id() == leaf.id() ? h : 0.0);
      continue;
    }
    double in[3] = {};
    const std::vector<Value> operands = value.operands();
    for (std::size_t k = 0; k < operands.size(); ++k) in[k] = data.at(operands[k].id());
    data[value.id()] = dispatch(value.op(), [&](auto o) {
      using O = decltype(o);
      // What lets no grad through counts as constant.
      return O::active == 0 ? value.data() : O::value(in[0], in[1], in[2]);
    });
  }
  return data.at(root.id());
}

TEST(RandomGraphs, BackwardEqualsForwardMode) {
  int compared = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const Graph::Scope scope;
    const auto made = testing::random_expression<double>(seed, 5, 40);
    made.root.backward();
    for (const Value& leaf : made.leaves) {
      const Dual forward = forward_mode(made.root, leaf);
      ASSERT_EQ(forward.data, made.root.data());
      // At sqrt(0) and the like one mode meets 0 * inf where the other does not go.
      if (!std::isfinite(leaf.grad()) || !std::isfinite(forward.tangent)) continue;
      // The same products in another order: rounding only.
      const double scale = 1 + std::abs(leaf.grad());
      ASSERT_NEAR(forward.tangent, leaf.grad(), 1e-9 * scale) << "seed " << seed;
      ++compared;
    }
  }
  EXPECT_GT(compared, 1000);  // of 1500
}

TEST(RandomGraphs, BackwardEqualsDifferenceQuotients) {
  int compared = 0;
  for (std::uint64_t seed = 1000; seed < 1200; ++seed) {
    const Graph::Scope scope;
    const auto made = testing::random_expression<double>(seed, 4, 12);
    made.root.backward();
    for (const Value& leaf : made.leaves) {
      const double h = 1e-6;
      const double right = (moved(made.root, leaf, h) - made.root.data()) / h;
      const double left = (made.root.data() - moved(made.root, leaf, -h)) / h;
      const double scale = 1 + std::abs(leaf.grad()) + std::abs(made.root.data());
      if (!(std::abs(left - right) < 1e-4 * scale)) continue;  // a kink or a steep place between
      ASSERT_NEAR((left + right) / 2, leaf.grad(), 1e-5 * scale) << "seed " << seed;
      ++compared;
    }
  }
  EXPECT_GT(compared, 400);  // of 800: most graphs are smooth where they stand
}

TEST(RandomGraphs, FloatFollowsDouble) {
  int compared = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const Graph::Scope scope;
    const GraphF32::Scope scope_f32;
    const auto wide = testing::random_expression<double>(seed, 4, 8);
    const auto narrow = testing::random_expression<float>(seed, 4, 8);
    wide.root.backward();
    narrow.root.backward();
    for (std::size_t i = 0; i < wide.leaves.size(); ++i) {
      const double scale = 1 + std::abs(wide.leaves[i].grad());
      if (!(scale < 1e3)) continue;
      if (std::abs(wide.leaves[i].grad() - static_cast<double>(narrow.leaves[i].grad())) <
          1e-3 * scale) {
        ++compared;
      }
    }
  }
  EXPECT_GT(compared, 330);  // a few flip a min, max or relu in the coarser type
}

}  // namespace
}  // namespace levelgrad
