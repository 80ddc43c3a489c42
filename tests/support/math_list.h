// SPDX-License-Identifier: MIT
//
// The functions of levelgrad::math that are frozen, for the tests that go through all of them.
// Freestanding, as the functions are: also kernels include it.
#pragma once

#include "levelgrad/math.h"

namespace levelgrad::testing {

// X(name, call): what a test calls it, and the call with the arguments x and y.
#define LG_FULL_FUNCTIONS(X)    \
  X(exp, exp(x))                \
  X(expm1, expm1(x))            \
  X(log, log(x))                \
  X(log1p, log1p(x))            \
  X(tanh, tanh(x))              \
  X(sigmoid, sigmoid(x))        \
  X(softplus, softplus(x))      \
  X(pow, pow(x, y))             \
  X(pow_const, pow_const(x, y)) \
  X(sin, sin(x))                \
  X(cos, cos(x))                \
  X(tan, tan(x))                \
  X(erf, erf(x))                \
  X(erfc, erfc(x))              \
  X(normal_cdf, normal_cdf(x))  \
  X(normal_pdf, normal_pdf(x))  \
  X(gelu, gelu(x))

// Siblings for moderate arguments, which get 0 for every other.
#define LG_MODERATE_FUNCTIONS(X)                                 \
  X(sin_moderate, sin_moderate(math::is_moderate(x) ? x : T(0))) \
  X(cos_moderate, cos_moderate(math::is_moderate(x) ? x : T(0))) \
  X(tan_moderate, tan_moderate(math::is_moderate(x) ? x : T(0)))

#define LG_MATH_FUNCTIONS(X) LG_FULL_FUNCTIONS(X) LG_MODERATE_FUNCTIONS(X)

// A struct for each, so that a function can be a template argument.
#define LG_STRUCT(function, call)                                      \
  struct function##_ {                                                 \
    static constexpr const char* name = #function;                     \
    template <class T>                                                 \
    LG_FN static T value([[maybe_unused]] T x, [[maybe_unused]] T y) { \
      return math::call;                                               \
    }                                                                  \
  };
LG_MATH_FUNCTIONS(LG_STRUCT)
#undef LG_STRUCT

}  // namespace levelgrad::testing
