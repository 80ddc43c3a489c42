// SPDX-License-Identifier: MIT
//
// The freestanding headers of core once more, with numbers that count: while they are read here,
// `double` and `float` mean those. So every op, and every op to come, is counted by its own text;
// there is no second table of ops. The copy has a namespace of its own.
#include "operation_counts_run.h"

#include "counting_number.h"

namespace levelgrad::host {
using CountedF64 = CountingNumber<double>;
using CountedF32 = CountingNumber<float>;
}  // namespace levelgrad::host

namespace levelgrad_host = levelgrad::host;  // a name that the macros below leave alone

namespace levelgrad_counted::math {
using levelgrad::host::counted_bit_cast;

template <class T>
T horner(T x, T c0);
template <class T, class... Rest>
T horner(T x, T c0, Rest... rest);

/// Literal coefficients stay what they are, and horner() wants one type.
template <class T, class... Rest>
levelgrad::host::CountingNumber<T> horner(levelgrad::host::CountingNumber<T> x, T c0,
                                          Rest... rest) {
  using Number = levelgrad::host::CountingNumber<T>;
  return horner(x, Number(c0), Number(rest)...);
}
}  // namespace levelgrad_counted::math

#define levelgrad levelgrad_counted
#define double ::levelgrad_host::CountedF64
#define float ::levelgrad_host::CountedF32
#define __builtin_bit_cast(To, from) counted_bit_cast<To>(from)
#define __builtin_fma counted_fma
#define __builtin_fmaf counted_fma
#define __builtin_sqrt counted_sqrt
#define __builtin_sqrtf counted_sqrt
#define __builtin_fabs counted_abs
#define __builtin_fabsf counted_abs
#include "levelgrad/contribution.h"
#undef levelgrad
#undef double
#undef float
#undef __builtin_bit_cast
#undef __builtin_fma
#undef __builtin_fmaf
#undef __builtin_sqrt
#undef __builtin_sqrtf
#undef __builtin_fabs
#undef __builtin_fabsf

namespace levelgrad::host {
namespace {

namespace counted = levelgrad_counted;

template <class Number, class O>
void run_contribution(O, int k, Number g, Number a, Number b, Number c, Number y) {
  if constexpr (O::active > 0) {
    if (k == 0) static_cast<void>(O::da(g, a, b, c, y));
  }
  if constexpr (O::active > 1) {
    if (k == 1) static_cast<void>(O::db(g, a, b, c, y));
  }
  if constexpr (O::active > 2) {
    if (k == 2) static_cast<void>(O::dc(g, a, b, c, y));
  }
}

template <class T>
void run_formula(const FormulaRun& run) {
  using Number = CountingNumber<T>;
  const auto varying = [](double x) { return Number::varying(static_cast<T>(x)); };
  const Number a = varying(run.operands[0]), c = varying(run.operands[2]);
  const Number b = run.second_is_fixed ? Number(run.operands[1]) : varying(run.operands[1]);
  counted::dispatch(static_cast<counted::Op>(run.op), [&](auto op) {
    const Number y = decltype(op)::value(a, b, c);
    if (run.operand < 0) return;
    noted_operations.clear();  // y is stored; what it took was counted with the value
    run_contribution(op, run.operand, varying(run.grad), a, b, c, varying(y.number()));
  });
}

}  // namespace

void run_formula_f64(const FormulaRun& run) { run_formula<double>(run); }
void run_formula_f32(const FormulaRun& run) { run_formula<float>(run); }

}  // namespace levelgrad::host
