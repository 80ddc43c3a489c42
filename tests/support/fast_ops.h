// SPDX-License-Identifier: MIT
//
// What contraction does to each op: one Program with all of them, run in fast and in exact mode.
//
// The math functions are made of exact sums and products, which contraction could spoil; that it
// does not is measured here, on what an executor really compiles.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "levelgrad/record.h"
#include "levelgrad/reference_executor.h"
#include "support/math_stream.h"
#include "support/random_expression.h"

namespace levelgrad::testing {

/// An op in the Program: its inputs are 3 * place and so on, its output 1 + place.
struct FastOp {
  Op op;
  double constant;
};

inline std::vector<FastOp> fast_ops() {
  std::vector<FastOp> ops;
  for (const Op op : all_ops) {
    if (dispatch(op, [](auto o) { return decltype(o)::joins; })) continue;
    ops.push_back({op, 1.7});
  }
  for (const double exponent : {2.0, 3.0, -1.0, 0.5, -1.5}) ops.push_back({Op::PowConst, exponent});
  return ops;
}

/// loss = mean of the sum of all ops' values.
template <class T>
Program fast_ops_program() {
  const typename BasicGraph<T>::Scope scope;
  return record(std::vector<BasicValue<T>>(), [](BasicRecording<T>& example) {
    const std::vector<FastOp> ops = fast_ops();
    const std::vector<BasicValue<T>> x = example.inputs("x", 3 * ops.size());
    BasicValue<T> sum = 0;
    std::vector<BasicValue<T>> values;
    for (std::size_t k = 0; k < ops.size(); ++k) {
      const std::size_t i = 3 * k;
      values.push_back(make<T>(ops[k].op, x[i], x[i + 1], x[i + 2], ops[k].constant));
      sum = sum + values.back();
    }
    example.output("loss", mean(sum));
    for (std::size_t k = 0; k < ops.size(); ++k) {
      example.output("op" + std::to_string(k), values[k]);
    }
  });
}

/// Operands where functions do their work: around 0, moderate, up to where e^x ends; and for every
/// other example b for which a to the power of b is a number of any size.
template <class T>
std::vector<T> fast_operands(std::size_t examples) {
  const std::size_t width = 3 * fast_ops().size();
  const double end = sizeof(T) == 8 ? 700 : 85;
  const auto uniform = [](Word i, double bound) {
    return bound * (static_cast<double>(splitmix64(i) >> 11) * 0x1p-52 - 1);
  };
  std::vector<T> inputs(examples * width);
  for (Word i = 0; i < inputs.size(); ++i) {
    const double bound = std::vector{0.01, 1.0, 3.0, 20.0, end}[splitmix64(i + 77) % 5];
    inputs[i] = static_cast<T>(uniform(i, bound));
    const double log = i == 0 ? 0 : std::log(std::abs(static_cast<double>(inputs[i - 1])));
    if (i % 3 == 1 && i / width % 2 == 0 && log != 0) {
      inputs[i] = static_cast<T>(uniform(i, end) / log);
    }
  }
  return inputs;
}

/// The largest error of fast numbers in ulps of the exact ones, or of `least` where that is larger;
/// infinite where one is no number and the other is.
template <class T>
double fast_error(const std::vector<T>& exact, const std::vector<T>& fast, T least = 0) {
  constexpr T infinity = std::numeric_limits<T>::infinity();
  double worst = 0;
  for (std::size_t i = 0; i < exact.size(); ++i) {
    if (exact[i] == fast[i] || (std::isnan(exact[i]) && std::isnan(fast[i]))) continue;
    const T size = std::max(std::abs(exact[i]), least);
    const double ulp = static_cast<double>(std::nextafter(size, infinity) - size);
    const double error = std::abs(static_cast<double>(exact[i]) - static_cast<double>(fast[i]));
    worst = std::max(worst,
                     std::isfinite(error) ? error / ulp : std::numeric_limits<double>::infinity());
  }
  return worst;
}

/// The size of what cancels in an op's derivative, 0 where nothing does.
///
/// tanh's 1 - y^2 near 0, silu's s + y (1 - s) near its root at -1.28: there the rounding of the
/// product, which contraction leaves out, is far above the result's last place. It is no more than
/// the rounding of y and s, which both modes have.
template <class T>
T cancelling(Op op) {
  return op == Op::Tanh ? T(1) : op == Op::Silu ? T(0.25) : T(0);
}

/// Values and derivatives of all ops, of an executor in fast mode.
template <class T>
void expect_accurate_ops(BasicExecutor<T>& fast) {
  constexpr std::size_t examples = 1000;
  const std::vector<FastOp> ops = fast_ops();
  const std::vector<T> inputs = fast_operands<T>(examples);
  const std::size_t width = 3 * ops.size();
  const Program program = fast_ops_program<T>();
  struct Found {
    std::vector<std::vector<T>> values;
    std::vector<T> grads;
  };
  const auto run = [&](BasicExecutor<T>& executor) {
    Found found = {{ops.size(), std::vector<T>(examples)}, std::vector<T>(inputs.size())};
    BasicResults<T> results = {.input_grads = found.grads};
    results.outputs.emplace_back();
    for (std::vector<T>& values : found.values) results.outputs.emplace_back(values);
    executor.load(program);
    executor.run({examples, inputs}, results);
    return found;
  };
  BasicReferenceExecutor<T> reference;
  const Found exact = run(reference), found = run(fast);
  for (std::size_t k = 0; k < ops.size(); ++k) {
    const std::string name =
        dispatch(ops[k].op, [](auto o) { return std::string(decltype(o)::symbol); }) + " in f" +
        std::to_string(8 * sizeof(T));
    const double value_error = fast_error(exact.values[k], found.values[k]);
    EXPECT_LE(value_error, 1) << name;
    std::vector<T> exact_grads, fast_grads;
    for (std::size_t i = 0; i < examples; ++i) {
      for (std::size_t operand = 3 * k; operand < 3 * k + 3; ++operand) {
        exact_grads.push_back(exact.grads[i * width + operand]);
        fast_grads.push_back(found.grads[i * width + operand]);
      }
    }
    const T grad = T(1) / T(examples);
    const double grad_error = fast_error(exact_grads, fast_grads, cancelling<T>(ops[k].op) * grad);
    EXPECT_LE(grad_error, 3) << name;
    if (value_error > 0 || grad_error > 0) {
      std::printf("  %s: %.2f ulp, derivatives %.2f ulp\n", name.c_str(), value_error, grad_error);
    }
  }
}

}  // namespace levelgrad::testing
