// SPDX-License-Identifier: MIT
//
// tanh and the logistic function: quotients of two sums with e^-|x|, which are kept as HiLo.
#pragma once

#include "levelgrad/math/exp.h"

namespace levelgrad::math {

/// a / b for b.hi >= 1, with one division: 1 / b.hi corrects the first quotient by its remainder.
template <class T>
LG_INLINE_FN T quotient(HiLo<T> a, HiLo<T> b) {
  const T reciprocal = T(1) / b.hi;
  const T first = a.hi * reciprocal;
  const T remainder = fma(-first, b.lo, fma(-first, b.hi, a.hi)) + a.lo;
  return fma(remainder, reciprocal, first);
}

/// Hyperbolic tangent.
///
/// special    tanh(+-0) = +-0, tanh(+-inf) = +-1, NaN for NaN.
/// accuracy   double 0.81 ulp, float 0.78.
/// method     tanh |x| = (1 - e) / (1 + e), e = e^-2|x| = 2^n (1 + r + tail). With u = 2^-n >= 1 it
///            is a / (2u - a), a = (u - 1) - r - tail. Nothing cancels: u - 1 is 0 or at least 1.
template <class T>
LG_INLINE_FN T tanh(T x) {
  // Above this tanh(x) rounds to 1, as e^-2|x| - 1 rounds to -1.
  const Reduced<T> e = reduce(at_least(ExpConstants<T>::minus_one, T(-2) * abs(x)));
  const T u = pow2<T>(0 - e.bits);
  const HiLo<T> u_minus_1 = fast_two_sum(u, T(-1));
  const HiLo<T> head = fast_two_sum(u_minus_1.hi, -e.r);
  const HiLo<T> a = fast_two_sum(head.hi, head.lo + (u_minus_1.lo - e.tail()));
  const HiLo<T> b = fast_two_sum(T(2) * u, -a.hi);
  return with_sign_of(quotient(a, {b.hi, b.lo - a.lo}), x);
}

/// The logistic function 1 / (1 + e^-x).
///
/// special    sigmoid(-inf) = 0, sigmoid(inf) = 1, NaN for NaN; gradual underflow below -708 (-87).
/// accuracy   double 0.61 ulp, float 0.60; 0.77 and 0.76 where the result is subnormal.
/// method     e = e^-|x|; 1 / (1 + e) for x >= 0, e / (1 + e) below 0, so that e never overflows
///            and small results keep all their bits. The 2^n of the numerator comes last: what is
///            subnormal in the end was a full quotient before.
template <class T>
LG_INLINE_FN T sigmoid(T x) {
  const Reduced<T> e = reduce(at_least(ExpConstants<T>::lowest, -abs(x)));
  const HiLo<T> head = fast_two_sum(T(1), e.r);
  const HiLo<T> m = fast_two_sum(head.hi, head.lo + e.tail());  // e = 2^n m
  const T power = e.n < T(-100) ? T(0) : pow2<T>(e.bits);       // 1 + e rounds to 1 long before
  const HiLo<T> b = fast_two_sum(T(1), power * m.hi);
  const bool negative = x < T(0);
  const HiLo<T> a = {negative ? m.hi : T(1), negative ? m.lo : T(0)};
  return scale(quotient(a, {b.hi, fma(power, m.lo, b.lo)}), negative ? e.bits : 0);
}

}  // namespace levelgrad::math
