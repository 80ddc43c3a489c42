// SPDX-License-Identifier: MIT
//
// Programs whose bodies cuda-fused compiles in an unusual way.
#pragma once

#include <cstddef>
#include <vector>

#include "levelgrad/contribution.h"
#include "support/program_builder.h"
#include "support/random_expression.h"

namespace levelgrad::testing {

/// mean(tanh(x * y + w0 * x + w0 * y + w1 * x + ...)): many folds of two terms and three factors,
/// so that threads are short and shared memory is not.
inline Program read_twice(std::size_t parameters) {
  ProgramBuilder made;
  const auto x = made.input(), y = made.input();
  auto total = made.operation(Op::Mul, x, y);
  for (std::size_t k = 0; k < parameters; ++k) {
    const auto w = made.parameter(0);
    total = made.operation(Op::Add, total, made.operation(Op::Mul, w, x));
    total = made.operation(Op::Add, total, made.operation(Op::Mul, w, y));
  }
  made.output(made.operation(Op::Mean, made.operation(Op::Tanh, total)));
  return made.build();
}

/// A score w0 * x0 + w1 * x1 + ... for each example, its hinge loss's mean.
inline Program linear(std::size_t width) {
  ProgramBuilder made;
  auto total = made.parameter(0);
  for (std::size_t k = 0; k < width; ++k) {
    const auto product = made.operation(Op::Mul, made.parameter(0), made.input());
    total = made.operation(Op::Add, total, product);
  }
  const auto margin = made.operation(Op::Sub, made.constant(1), total);
  made.output(made.operation(Op::Mean, made.operation(Op::Relu, margin)));
  made.output(total);
  return made.build();
}

/// A layer of neurons, and one above it: width * 3 + width + 1 parameters.
inline Program layer(std::size_t width, Op nonlinearity) {
  ProgramBuilder made;
  const auto x = made.input(), y = made.input(), target = made.input();
  auto total = made.parameter(0);
  for (std::size_t k = 0; k < width; ++k) {
    auto sum =
        made.operation(Op::Add, made.parameter(0), made.operation(Op::Mul, made.parameter(0), x));
    sum = made.operation(Op::Add, sum, made.operation(Op::Mul, made.parameter(0), y));
    const auto neuron = made.operation(nonlinearity, sum);
    total = made.operation(Op::Add, total, made.operation(Op::Mul, made.parameter(0), neuron));
  }
  made.output(
      made.operation(Op::Mean, made.operation(Op::Square, made.operation(Op::Sub, total, target))));
  made.output(total);
  return made.build();
}

/// A body that reads every k-th number of a long prologue: more than the constant bank holds.
inline Program reads_far_numbers(std::size_t prologue, std::size_t k) {
  ProgramBuilder made;
  const auto x = made.input(), w = made.parameter(0.5);
  auto number = w, total = x;
  for (std::size_t i = 0; i < prologue; ++i) {
    number = made.operation(i % 2 == 0 ? Op::Tanh : Op::Add,
                            i % 2 == 0 ? std::vector{number} : std::vector{number, w});
    if (i % k != k - 1) continue;
    total = made.operation(Op::Sin, made.operation(Op::Mul, total, number));
  }
  made.output(made.operation(Op::Mean, total));
  return made.build();
}

/// Two Programs with the same prologue and epilogue, each of which reads another parameter.
inline std::vector<Program> each_reads_its_own() {
  std::vector<Program> programs;
  for (const bool second : {false, true}) {
    ProgramBuilder made;
    const auto w = made.parameter(0.5), v = made.parameter(-0.5), x = made.input();
    const auto own = made.operation(Op::Tanh, made.operation(Op::Mul, x, second ? v : w));
    const auto loss = made.operation(Op::Mean, own);
    const auto squares =
        made.operation(Op::Add, made.operation(Op::Square, w), made.operation(Op::Square, v));
    made.output(made.operation(Op::Add, loss, squares));
    made.output(own);
    programs.push_back(made.build());
  }
  return programs;
}

/// Each op that is no join once, or once for each of some exponents. Each has four inputs of its
/// own, three operands and what the result is multiplied by, and an output: what is not finite in
/// one does not hide another. A parameter is added to the factors.
inline Program all_ops_apart() {
  ProgramBuilder made;
  const auto w = made.parameter(0);
  auto total = made.constant(0);
  std::vector<ProgramBuilder::Id> results;
  const auto add = [&](Op op, const double* exponent) {
    std::vector<ProgramBuilder::Id> operands = {made.input(), made.input(), made.input()};
    const auto factor = made.operation(Op::Add, made.input(), w);
    if (exponent != nullptr) operands[1] = made.constant(*exponent);
    operands.resize(static_cast<std::size_t>(arity(op)));
    results.push_back(made.operation(op, operands));
    const auto product = made.operation(Op::Mul, factor, results.back());
    total = made.operation(Op::Add, total, made.operation(Op::Mean, product));
  };
  for (const Op op : all_ops) {
    if (info(op).joins) continue;
    if (!info(op).second_is_constant) {
      add(op, nullptr);
    } else {
      for (const double& exponent : constants) add(op, &exponent);
    }
  }
  made.output(total);
  for (const auto result : results) made.output(result);
  return made.build();
}

/// A chain of so many tanh of one input.
inline Program chain_of_tanh(std::size_t length) {
  ProgramBuilder made;
  auto number = made.operation(Op::Mul, made.input(), made.parameter(0.5));
  for (std::size_t k = 0; k < length; ++k) {
    number = made.operation(k % 2 == 0 ? Op::Tanh : Op::Exp, number);
  }
  made.output(made.operation(Op::Mean, number));
  return made.build();
}

}  // namespace levelgrad::testing
