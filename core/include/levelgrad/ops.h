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
//   ulp_f64, ulp_f32      largest error of value() in units in the last place, where all that it
//                         rounds on the way is a normal number
//
// The sign and payload of a NaN are outside the contract, so no op lets them reach a number.
#pragma once

#include "levelgrad/fn.h"
#include "levelgrad/math.h"

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
#define LG_ULP(f64, f32)                 \
  static constexpr double ulp_f64 = f64; \
  static constexpr double ulp_f32 = f32;
#define LG_NOTES(text) static constexpr const char* notes = text;

template <int Arity, int Active>
struct Base {
  static constexpr int arity = Arity;
  static constexpr int active = Active;
  static constexpr bool joins = false;  ///< the examples of a batch
  static constexpr bool averages = false;
  static constexpr double ulp_f64 = 0.5;
  static constexpr double ulp_f32 = 0.5;
  static constexpr const char* notes = "";
};
struct Unary : Base<1, 1> {};
struct Binary : Base<2, 2> {};
struct Ternary : Base<3, 3> {};
/// The second operand is a number, fixed when the graph is built; no grad flows to it.
struct UnaryWithConstant : Base<2, 1> {};
/// Makes one number of a batch's examples. A graph of Values is a batch of one example, and that is
/// what the formulas say; for more there is batch_order.h.
struct Join : Base<1, 1> {
  static constexpr bool joins = true;
  static constexpr bool averages = false;  ///< the sum is multiplied by 1 / N
};

// It takes a * b in a macro's argument for a pointer.
// clang-format off

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
  LG_VALUE(a * b)
  LG_DA(b * g)
  LG_DB(a * g)
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

/// a to the power of a number.
struct PowConst : UnaryWithConstant {
  LG_ULP(2.5, 2.5)
  LG_SYMBOL("**")
  LG_VALUE(math::pow_const(a, b))
  LG_DA(b == T(0) ? T(0) : (b * math::pow_const(a, b - T(1))) * g)
  LG_NOTES(
      "0, 1, 2, 3, 4, -1, -2, 0.5, -0.5 are made of * / sqrt alone; x ** 0 is 1 for every x, "
      "NaN too, and its derivative 0; at 0 a negative exponent gives inf")
};

/// a to the power of b, both Values, or a number to the power of a Value.
struct Pow : Binary {
  LG_ULP(0.77, 0.77)
  LG_SYMBOL("pow")
  LG_VALUE(math::pow(a, b))
  LG_DA(b == T(0) ? T(0) : (b * math::pow(a, b - T(1))) * g)
  LG_DB(a == T(0) && b >= T(0) ? T(0) : (y * math::log(a)) * g)
  LG_NOTES(
      "values as C99's pow, below 0.66 ulp where not subnormal; NaN for a negative base and a "
      "fractional exponent; the derivative by b is NaN for a negative base, and 0 where the base "
      "is 0 and b is not negative")
};

struct Square : Unary {
  LG_SYMBOL("square")
  LG_VALUE(a * a)
  LG_DA((a + a) * g)
};

struct Reciprocal : Unary {
  LG_SYMBOL("reciprocal")
  LG_VALUE(T(1) / a)
  LG_DA(-((g * y) * y))
  LG_NOTES("reciprocal(0) is inf with the sign of the zero; the derivative there is -inf")
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

/// relu with a slope b below 0.
struct LeakyRelu : UnaryWithConstant {
  LG_SYMBOL("leaky_relu")
  LG_VALUE(a < T(0) ? b * a : a)
  LG_DA(a <= T(0) ? b * g : g)
  LG_NOTES("the derivative at 0 is the slope")
};

/// Exponential linear unit: b * (e^a - 1) below 0.
struct Elu : UnaryWithConstant {
  LG_ULP(1.75, 1.75)
  LG_SYMBOL("elu")
  LG_VALUE(a <= T(0) ? b * math::expm1(a) : a)
  LG_DA(a <= T(0) ? (b * math::exp(a)) * g : g)
  LG_NOTES("elu(-0) is -0; the derivative at 0 is b")
};

struct Exp : Unary {
  LG_ULP(0.77, 0.77)
  LG_SYMBOL("exp")
  LG_VALUE(math::exp(a))
  LG_DA(y * g)
  LG_NOTES(
      "overflows to inf, underflows gradually; below 0.65 ulp where the result is not subnormal")
};

struct Expm1 : Unary {
  LG_ULP(0.63, 0.61)
  LG_SYMBOL("expm1")
  LG_VALUE(math::expm1(a))
  LG_DA(math::exp(a) * g)
  LG_NOTES("expm1(-0) is -0")
};

struct Log : Unary {
  LG_ULP(0.66, 0.66)
  LG_SYMBOL("log")
  LG_VALUE(math::log(a))
  LG_DA((T(1) / a) * g)
  LG_NOTES("log(0) is -inf, below 0 NaN; the derivative at 0 is inf with the sign of the zero")
};

struct Log1p : Unary {
  LG_ULP(0.66, 0.66)
  LG_SYMBOL("log1p")
  LG_VALUE(math::log1p(a))
  LG_DA(g / (T(1) + a))
  LG_NOTES("log1p(-1) is -inf, below it NaN; log1p(-0) is -0")
};

struct Sin : Unary {
  LG_ULP(0.64, 0.64)
  LG_SYMBOL("sin")
  LG_VALUE(math::sin(a))
  LG_DA(math::cos(a) * g)
  LG_NOTES("right for arguments of any size; NaN for inf; sin(-0) is -0")
};

struct Cos : Unary {
  LG_ULP(0.64, 0.64)
  LG_SYMBOL("cos")
  LG_VALUE(math::cos(a))
  LG_DA(-(math::sin(a) * g))
  LG_NOTES("right for arguments of any size; NaN for inf")
};

struct Tan : Unary {
  LG_ULP(0.75, 0.75)
  LG_SYMBOL("tan")
  LG_VALUE(math::tan(a))
  LG_DA((T(1) + y * y) * g)
  LG_NOTES("right for arguments of any size; NaN for inf; tan(-0) is -0")
};

struct Tanh : Unary {
  LG_ULP(0.82, 0.78)
  LG_SYMBOL("tanh")
  LG_VALUE(math::tanh(a))
  LG_DA((T(1) - math::pow_const(y, T(2))) * g)
  LG_NOTES("tanh(-0) is -0, tanh(inf) is 1, without overflow on the way")
};

struct Sigmoid : Unary {
  LG_ULP(0.77, 0.77)
  LG_SYMBOL("sigmoid")
  LG_VALUE(math::sigmoid(a))
  LG_DA((y * (T(1) - y)) * g)
  LG_NOTES("1 / (1 + e^-a), right down to the subnormal results far below 0")
};

struct Softplus : Unary {
  LG_ULP(0.77, 0.77)
  LG_SYMBOL("softplus")
  LG_VALUE(math::softplus(a))
  LG_DA(math::sigmoid(a) * g)
  LG_NOTES("log(1 + e^a) without overflow or cancellation")
};

/// a * sigmoid(a), also called swish.
struct Silu : Unary {
  LG_ULP(2, 2)
  LG_SYMBOL("silu")
  LG_VALUE(a * math::sigmoid(a))
  LG_DA((math::sigmoid(a) + y * (T(1) - math::sigmoid(a))) * g)
  LG_NOTES("silu(-inf) is NaN: -inf * 0")
};

/// a * Phi(a), Phi the normal distribution's cdf: the exact form, not the tanh approximation.
struct Gelu : Unary {
  LG_ULP(0.77, 0.79)
  LG_SYMBOL("gelu")
  LG_VALUE(math::gelu(a))
  LG_DA(math::fma(a, math::normal_pdf(a), math::normal_cdf(a)) * g)
  LG_NOTES("right in the far negative tail too; gelu(-0) is -0")
};

struct Erf : Unary {
  LG_ULP(0.76, 0.76)
  LG_SYMBOL("erf")
  LG_VALUE(math::erf(a))
  LG_DA((T(0x1.20dd750429b6dp+0) * math::exp(-(a * a))) * g)
  LG_NOTES("erf(-0) is -0, erf(inf) is 1")
};

/// 1 where a < b, else 0: a condition for select.
struct Less : Base<2, 0> {
  LG_SYMBOL("<")
  LG_VALUE(a < b ? T(1) : T(0))
  LG_NOTES("no grad flows through it; 0 where an operand is NaN")
};

/// The same number, with no grad flowing back.
struct Detach : Base<1, 0> {
  LG_SYMBOL("detach")
  LG_VALUE(a)
};

/// a * b + c with one rounding.
struct Fma : Ternary {
  LG_SYMBOL("fma")
  LG_VALUE(math::fma(a, b, c))
  LG_DA(b * g)
  LG_DB(a * g)
  LG_DC(g)
};

/// b where the condition a is not 0, else c.
struct Select : Ternary {
  LG_SYMBOL("select")
  LG_VALUE(a != T(0) ? b : c)
  LG_DA(T(0))
  LG_DB(a != T(0) ? g : T(0))
  LG_DC(a != T(0) ? T(0) : g)
  LG_NOTES("the condition gets no grad; a NaN condition counts as true")
};

/// a, but not below b and not above c.
struct Clamp : Ternary {
  LG_SYMBOL("clamp")
  LG_VALUE(a < b ? b : c < a ? c : a)
  LG_DA(a < b ? T(0) : c < a ? T(0) : g)
  LG_DB(a < b ? g : T(0))
  LG_DC(a < b ? T(0) : c < a ? g : T(0))
  LG_NOTES("at a bound the grad flows to a; NaN stays NaN; where b > c a value below b gives b")
};

/// The sum over the batch: the left fold over the lanes, from 0.
struct Sum : Join {
  LG_SYMBOL("sum")
  LG_VALUE(T(0) + a)
  LG_DA(g)
  LG_NOTES("joins the examples of a batch; the formulas are those of a batch of one")
};

/// The mean over the batch: its sum times 1 / N.
struct Mean : Join {
  static constexpr bool averages = true;
  LG_SYMBOL("mean")
  LG_VALUE((T(0) + a) * T(1))
  LG_DA(T(1) * g)
  LG_NOTES("joins the examples of a batch; the formulas are those of a batch of one")
};

// clang-format on

#undef LG_VALUE
#undef LG_DERIVATIVE
#undef LG_DA
#undef LG_DB
#undef LG_DC
#undef LG_SYMBOL
#undef LG_ULP
#undef LG_NOTES

}  // namespace levelgrad::op

// The lists. Second word: what a user writes on Values. The order gives the opcodes, which never
// leave the process.
#define LG_UNARY_OPS(X)                                                                         \
  X(Neg, operator-)                                                                             \
  X(Sqrt, sqrt)                                                                                 \
  X(Square, square)                                                                             \
  X(Reciprocal, reciprocal)                                                                     \
  X(Abs, abs) X(Relu, relu) X(Exp, exp) X(Expm1, expm1) X(Log, log) X(Log1p, log1p) X(Sin, sin) \
      X(Cos, cos) X(Tan, tan) X(Tanh, tanh) X(Sigmoid, sigmoid) X(Softplus, softplus)           \
          X(Silu, silu) X(Gelu, gelu) X(Erf, erf) X(Detach, detach)
#define LG_BINARY_OPS(X) \
  X(Add, operator+)      \
  X(Sub, operator-)      \
  X(Mul, operator*) X(Div, operator/) X(Pow, pow) X(Min, min) X(Max, max) X(Less, less)
#define LG_TERNARY_OPS(X) X(Fma, fma) X(Select, select) X(Clamp, clamp)
#define LG_CONSTANT_OPS(X) X(PowConst, pow) X(LeakyRelu, leaky_relu) X(Elu, elu)
#define LG_JOIN_OPS(X) X(Sum, sum) X(Mean, mean)
// What an executor computes for each lane, and all.
#define LG_LANE_OPS(X) LG_UNARY_OPS(X) LG_BINARY_OPS(X) LG_TERNARY_OPS(X) LG_CONSTANT_OPS(X)
#define LG_OPS(X) LG_LANE_OPS(X) LG_JOIN_OPS(X)

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
