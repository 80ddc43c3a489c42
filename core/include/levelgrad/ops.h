// SPDX-License-Identifier: MIT
//
// Every op of levelgrad, once. Operators on Values, executors, labels in drawings, the op table in
// the docs and the tests all follow from this file: to add an op, write its struct and add its name
// to one of the lists at the end.
//
// The header is freestanding (no standard header): g++, clang, nvcc and NVRTC compile it unchanged.
//
// An op is a fixed sequence of IEEE-754 operations, each rounded once (no contraction, no libm):
//
//   value(a, b, c)        y, the op's result; a, b, c are the operands, unused ones are ignored
//   da(g, a, b, c, y)     what the op contributes to the grad of a, given g = dL/dy; db, dc alike
//   arity, active         how many operands there are; how many of them, from the left, get a grad
//   symbol                the name that people read
//   *_text                the formulas as text: the compiled text itself, so it cannot drift
//   notes                 what happens at kinks and special values
//   ulp                   largest error of value() in units in the last place
//
// The sign and payload of a NaN are outside the contract, so no op lets them reach a number.
#pragma once

#include "levelgrad/fn.h"
#include "levelgrad/math/basic.h"

namespace levelgrad::op {

// One rule of an op: the function, and its formula as text.
#define LG_VALUE(...)                                                                      \
  template <class T>                                                                       \
  LG_FN static T value([[maybe_unused]] T a, [[maybe_unused]] T b, [[maybe_unused]] T c) { \
    return __VA_ARGS__;                                                                    \
  }                                                                                        \
  static constexpr const char* value_text = #__VA_ARGS__;
#define LG_DERIVATIVE(name, ...)                                                        \
  template <class T>                                                                    \
  LG_FN static T name([[maybe_unused]] T g, [[maybe_unused]] T a, [[maybe_unused]] T b, \
                      [[maybe_unused]] T c, [[maybe_unused]] T y) {                     \
    return __VA_ARGS__;                                                                 \
  }                                                                                     \
  static constexpr const char* name##_text = #__VA_ARGS__;
#define LG_DA(...) LG_DERIVATIVE(da, __VA_ARGS__)
#define LG_DB(...) LG_DERIVATIVE(db, __VA_ARGS__)
#define LG_DC(...) LG_DERIVATIVE(dc, __VA_ARGS__)
#define LG_SYMBOL(text) static constexpr const char* symbol = text;
#define LG_NOTES(text) static constexpr const char* notes = text;

template <int Arity, int Active>
struct Base {
  static constexpr int arity = Arity;
  static constexpr int active = Active;
  static constexpr double ulp = 0.5;
  static constexpr const char* notes = "";
};
struct Unary : Base<1, 1> {};
struct Binary : Base<2, 2> {};
struct Ternary : Base<3, 3> {};
/// The second operand is a number, fixed when the graph is built; no grad flows to it.
struct UnaryWithConstant : Base<2, 1> {
  /// Why the number b cannot be used, or nullptr where it can.
  LG_FN static const char* refuse(double) { return nullptr; }
};

struct Add : Binary {
  LG_SYMBOL("+")
  LG_VALUE(a + b)
  LG_DA(g)
  LG_DB(g)
};

struct Sub : Binary {
  LG_SYMBOL("-")
  LG_VALUE(a - b)
  LG_DA(g)
  LG_DB(-g)
};

struct Mul : Binary {
  LG_SYMBOL("*")
  LG_VALUE(a* b)
  LG_DA(b* g)
  LG_DB(a* g)
  LG_NOTES("x * x contributes twice, left operand first; 0 * inf is NaN, also in the derivatives")
};

struct Div : Binary {
  LG_SYMBOL("/")
  LG_VALUE(a / b)
  LG_DA(g / b)
  LG_DB(-((g / b) * y))
  LG_NOTES("one correctly rounded division; x / 0 is inf, -inf or NaN, as IEEE-754 says")
};

struct Neg : Unary {
  LG_SYMBOL("neg")
  LG_VALUE(-a)
  LG_DA(-g)
};

/// a to the power of a number. Exponents that need neither exp nor log have a fixed shape.
struct PowConst : UnaryWithConstant {
  static constexpr double ulp = 2;  // three roundings at most, the worst in x ** 4
  LG_SYMBOL("**")
  LG_VALUE(math::pow_by_shape(a, b))
  LG_DA(b == T(0) ? T(0) : (b * math::pow_by_shape(a, b - T(1))) * g)
  LG_NOTES(
      "x ** 0 is 1 for every x, NaN too, and its derivative 0; x ** 0.5 is sqrt(x); at 0 a "
      "negative exponent gives inf, and the derivative of x ** 0.5 is inf there")
  LG_FN static const char* refuse(double exponent) {
    return math::has_pow_shape(exponent)
               ? nullptr
               : "the exponent must be one of 0, 1, 2, 3, 4, -1, -2, 0.5, -0.5";
  }
};

struct Sqrt : Unary {
  LG_SYMBOL("sqrt")
  LG_VALUE(math::sqrt(a))
  LG_DA(g / (y + y))
  LG_NOTES("NaN below 0; the derivative at 0 is inf (NaN for g = 0); sqrt(-0) is -0")
};

struct Abs : Unary {
  LG_SYMBOL("abs")
  LG_VALUE(a <= T(0) ? T(0) - a : a)
  LG_DA(a > T(0) ? g : a < T(0) ? -g : a == T(0) ? T(0) : a)
  LG_NOTES("abs(-0) is +0; the derivative is 0 at 0, NaN at NaN")
};

/// The smaller of two; not fmin, which drops a NaN and leaves the sign of zero open.
struct Min : Binary {
  LG_SYMBOL("min")
  LG_VALUE(a <= b ? a : b < a ? b : a + b)
  LG_DA(a <= b ? g : b < a ? T(0) : a + b)
  LG_DB(b < a ? g : a <= b ? T(0) : a + b)
  LG_NOTES(
      "of equal operands (-0 and +0 too) the first is taken and gets the whole grad; a NaN "
      "operand makes the value and both derivatives NaN")
};

/// The larger of two; not fmax, which drops a NaN and leaves the sign of zero open.
struct Max : Binary {
  LG_SYMBOL("max")
  LG_VALUE(a >= b ? a : b > a ? b : a + b)
  LG_DA(a >= b ? g : b > a ? T(0) : a + b)
  LG_DB(b > a ? g : a >= b ? T(0) : a + b)
  LG_NOTES(
      "of equal operands (-0 and +0 too) the first is taken and gets the whole grad; a NaN "
      "operand makes the value and both derivatives NaN")
};

struct Relu : Unary {
  LG_SYMBOL("ReLU")
  LG_VALUE(a < T(0) ? T(0) : a)
  LG_DA(a <= T(0) ? T(0) : g)
  LG_NOTES(
      "relu(-0) is -0, relu(NaN) is NaN; the derivative at 0 is 0; a dead unit contributes "
      "exactly 0 whatever comes from above, inf and NaN too: there the function is constant")
};

/// a * b + c with one rounding.
struct Fma : Ternary {
  LG_SYMBOL("fma")
  LG_VALUE(math::fma(a, b, c))
  LG_DA(b* g)
  LG_DB(a* g)
  LG_DC(g)
};

#undef LG_VALUE
#undef LG_DERIVATIVE
#undef LG_DA
#undef LG_DB
#undef LG_DC
#undef LG_SYMBOL
#undef LG_NOTES

}  // namespace levelgrad::op

// The lists. Second word: what a user writes on Values. The order gives the opcodes, which never
// leave the process.
#define LG_UNARY_OPS(X) X(Neg, operator-) X(Sqrt, sqrt) X(Abs, abs) X(Relu, relu)
#define LG_BINARY_OPS(X) \
  X(Add, operator+) X(Sub, operator-) X(Mul, operator*) X(Div, operator/) X(Min, min) X(Max, max)
#define LG_TERNARY_OPS(X) X(Fma, fma)
#define LG_CONSTANT_OPS(X) X(PowConst, pow)
#define LG_OPS(X) LG_UNARY_OPS(X) LG_BINARY_OPS(X) LG_TERNARY_OPS(X) LG_CONSTANT_OPS(X)

namespace levelgrad {

#define LG_NAME(name, function) name,
enum class Op : unsigned char { Leaf, LG_OPS(LG_NAME) };
#undef LG_NAME

/// The opcode of an op's struct.
template <class O>
inline constexpr Op opcode = Op::Leaf;
#define LG_OPCODE(name, function) \
  template <>                     \
  inline constexpr Op opcode<op::name> = Op::name;
LG_OPS(LG_OPCODE)
#undef LG_OPCODE

/// Calls f(op::X{}) for the op X; the only switch over ops. Precondition: op is not Leaf.
///
/// Kernels pass a named functor, not a lambda: nvcc rejects a device lambda in a host+device call.
template <class F>
LG_FN constexpr decltype(auto) dispatch(Op op, F&& f) {
  switch (op) {
#define LG_CASE(name, function) \
  case Op::name:                \
    return f(op::name{});
    LG_OPS(LG_CASE)
#undef LG_CASE
    case Op::Leaf:
      break;
  }
  __builtin_unreachable();
}

}  // namespace levelgrad
