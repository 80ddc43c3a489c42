// SPDX-License-Identifier: MIT
//
// Powers by a number of the graph: common exponents have a fixed shape without exp and log.
#pragma once

#include "levelgrad/math/pow.h"

namespace levelgrad::math {

/// x to the power of c, a number known when the graph is built, so that all lanes take one branch.
///
/// 0, 1: exact. 2, 3, 4, -1, -2, 0.5, -0.5, and -3, -1.5 for derivatives: the shapes below, each
/// basic op rounding once. Any other c: pow(x, c).
///
/// special    as pow(), but for x ** 0.5 = sqrt(x): sqrt(-0) = -0, sqrt(-inf) = NaN.
/// accuracy   2.5 ulp in x ** -3 and x ** -1.5, 2 in x ** 4, 1.5 in x ** 3, x ** -2 and x ** -0.5, at
///            most 0.77 for the others; where the square or the product on the way is no normal
///            number, so |x| < 2^-511 or |x| > 2^511 (2^-63, 2^63), x ** -2 and -3 may lose more.
template <class T>
LG_FN T pow_const(T x, T c) {
  const T square = x * x;
  if (c == T(0)) return T(1);
  if (c == T(1)) return x;
  if (c == T(2)) return square;
  if (c == T(3)) return square * x;
  if (c == T(4)) return square * square;
  if (c == T(-1)) return T(1) / x;
  if (c == T(-2)) return T(1) / square;
  if (c == T(-3)) return T(1) / (square * x);
  if (c == T(0.5)) return sqrt(x);
  if (c == T(-0.5)) return T(1) / sqrt(x);
  if (c == T(-1.5)) return T(1) / (x * sqrt(x));
  return pow(x, c);
}

}  // namespace levelgrad::math
