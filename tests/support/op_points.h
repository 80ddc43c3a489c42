// SPDX-License-Identifier: MIT
//
// Operands at which ops are compared between a host and a device, and how an op is run at one.
#pragma once

#include <cstddef>
#include <vector>

#include "levelgrad/ops.h"
#include "support/math_stream.h"

namespace levelgrad::testing {

/// Operands and the grad from above.
template <class T>
struct OpPoint {
  T a, b, c, g;
};

/// The value and the derivatives, 0 where the op has none.
template <class T>
struct OpResult {
  T y, da, db, dc;
};

template <class O, class T>
LG_FN OpResult<T> run_op(OpPoint<T> p) {
  OpResult<T> result = {O::value(p.a, p.b, p.c), T(0), T(0), T(0)};
  if constexpr (O::active > 0) result.da = O::da(p.g, p.a, p.b, p.c, result.y);
  if constexpr (O::active > 1) result.db = O::db(p.g, p.a, p.b, p.c, result.y);
  if constexpr (O::active > 2) result.dc = O::dc(p.g, p.a, p.b, p.c, result.y);
  return result;
}

/// Kinks and borders of ops, zeros, subnormal and huge numbers, infinities, NaN.
template <class T>
std::vector<T> special_operands() {
  using F = math::Format<T>;
  using Bits = typename F::Bits;
  const Bits inf = math::to_bits(math::infinity<T>()), one = math::to_bits(T(1));
  std::vector<T> numbers = {T(0),
                            math::from_bits(Bits(1)),
                            math::from_bits(math::to_bits(F::smallest_normal) - 1),
                            F::smallest_normal,
                            math::from_bits(one - 1),
                            math::from_bits(one + 1),
                            math::from_bits(inf - 1),
                            math::infinity<T>(),
                            F::magic};
  for (const double x : {0.01, 0.5, 1.0, 1.5, 1.7, 2.0, 3.0, 4.0, 1.57079632679489661923, 10.0,
                         22.0, 40.0, 88.7, 104.0, 709.7, 745.2, 1e10, 1e22, 1e-30}) {
    numbers.push_back(static_cast<T>(x));
  }
  const std::size_t count = numbers.size();
  for (std::size_t i = 0; i < count; ++i) numbers.push_back(-numbers[i]);
  numbers.push_back(math::nan<T>());
  return numbers;
}

/// All pairs of special operands a and b, each with several c and g; then random ones.
template <class T>
std::vector<OpPoint<T>> op_points(std::size_t random_count) {
  const std::vector<T> special = special_operands<T>();
  const auto pick = [&](std::size_t i) { return special[i % special.size()]; };
  std::vector<OpPoint<T>> points;
  for (std::size_t i = 0; i < special.size(); ++i) {
    for (std::size_t j = 0; j < special.size(); ++j) {
      for (std::size_t k = 0; k < 4; ++k) {  // steps without a common factor with 57
        points.push_back(
            {special[i], special[j], pick(5 * i + 7 * j + 13 * k), pick(i + j + 11 * k)});
      }
    }
  }
  const auto random = [](Word i) { return Random<T>::input(splitmix64(i) >> 8, 0); };
  for (Word i = 0; i < random_count; ++i) {
    points.push_back({random(4 * i), random(4 * i + 1), random(4 * i + 2), random(4 * i + 3)});
  }
  return points;
}

}  // namespace levelgrad::testing
