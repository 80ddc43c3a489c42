// SPDX-License-Identifier: MIT
//
// Stands in for core/include/levelgrad/math.h, found before it: levelgrad with the C library's
// functions, for comparison with programs that call those. Powers are all the library's pow.
// Compile with -fno-builtin-pow: a compiler makes x * x of pow(x, 2), which may differ.
#pragma once

#include <cmath>
#include <limits>

#include "levelgrad/fn.h"

namespace levelgrad::math {

using std::abs, std::fma, std::sqrt;
using std::cos, std::sin, std::tan;
using std::erf, std::exp, std::expm1, std::log, std::log1p, std::tanh;

template <class T>
T pow(T x, T y) {
  return std::pow(x, y);
}

template <class T>
T pow_const(T x, T c) {
  return std::pow(x, c);
}

template <class T>
T infinity() {
  return std::numeric_limits<T>::infinity();
}

template <class T>
bool is_finite(T x) {
  return std::isfinite(x);
}

template <class T>
T sigmoid(T x) {
  return T(1) / (T(1) + std::exp(-x));
}

template <class T>
T softplus(T x) {
  return x > T(0) ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
}

template <class T>
T normal_pdf(T x) {
  return T(0.39894228040143267794) * std::exp(T(-0.5) * (x * x));
}

template <class T>
T normal_cdf(T x) {
  return T(0.5) * std::erfc(T(-0.70710678118654752440) * x);
}

template <class T>
T gelu(T x) {
  return x * normal_cdf(x);
}

}  // namespace levelgrad::math
