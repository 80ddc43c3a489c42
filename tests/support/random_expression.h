// SPDX-License-Identifier: MIT
//
// Random graphs over all ops, for property tests. A new op takes part by being in ops.h.
#pragma once

#include <array>
#include <cstdint>
#include <random>
#include <vector>

#include "levelgrad/value.h"

namespace levelgrad::testing {

/// Every op, in the order of the lists.
inline constexpr std::array all_ops = {
#define LG_ENTRY(name, function) Op::name,
    LG_OPS(LG_ENTRY)
#undef LG_ENTRY
};

/// Numbers for the ops with a constant: exponents with and without a shape, slopes.
inline constexpr std::array<double, 13> constants = {0,  1,   2,    3,    4,   -1,  -2,
                                                     -3, 0.5, -0.5, -1.5, 1.7, 0.01};

/// Makes the node op(a, b, c); c and b are ignored where the op has fewer operands.
template <class T>
BasicValue<T> make(Op op, const BasicValue<T>& a, const BasicValue<T>& b, const BasicValue<T>& c,
                   double constant) {
  return dispatch(op, [&](auto o) {
    using O = decltype(o);
    using In = Operand<T>;
    if constexpr (std::is_base_of_v<op::UnaryWithConstant, O>) {
      return In::template apply<O>(In(a), In(constant));
    } else if constexpr (O::arity == 1) {
      return In::template apply<O>(In(a));
    } else if constexpr (O::arity == 2) {
      return In::template apply<O>(In(a), In(b));
    } else {
      return In::template apply<O>(In(a), In(b), In(c));
    }
  });
}

template <class T>
struct RandomExpression {
  std::vector<BasicValue<T>> leaves;
  BasicValue<T> root;
};

/// A graph of op_count random ops over leaf_count leaves with data in [-2, 2] away from 0. Operands
/// are re-used often, and the same one may be taken twice. Values stay moderate: a result that is
/// not finite, or above 1e3, is not used further.
template <class T>
RandomExpression<T> random_expression(std::uint64_t seed, int leaf_count, int op_count) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> magnitude(0.1, 2.0);
  const auto pick = [&](std::size_t count) {
    return std::uniform_int_distribution<std::size_t>(0, count - 1)(random);
  };
  RandomExpression<T> made;
  std::vector<BasicValue<T>> pool;
  for (int i = 0; i < leaf_count; ++i) {
    const double sign = pick(2) == 0 ? -1.0 : 1.0;
    pool.emplace_back(sign * magnitude(random));
  }
  made.leaves = pool;
  made.root = pool.front();
  for (int i = 0; i < op_count; ++i) {
    const Op op = all_ops[pick(all_ops.size())];
    const BasicValue<T> a = pool[pick(pool.size())];
    const BasicValue<T> b = pool[pick(pool.size())];
    const BasicValue<T> c = pool[pick(pool.size())];
    const BasicValue<T> y = make<T>(op, a, b, c, constants[pick(constants.size())]);
    const double size = std::abs(static_cast<double>(y.data()));
    if (!(size < 1e3)) continue;
    pool.push_back(y);
    made.root = made.root + y;
  }
  return made;
}

}  // namespace levelgrad::testing
