// SPDX-License-Identifier: MIT
//
// Generated code as users get it, and what its options may not change: bits.
#include "levelgrad/host/native_executor.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "levelgrad/contribution.h"
#include "levelgrad/error.h"
#include "levelgrad/host/dataset.h"
#include "levelgrad/host/host_executor.h"
#include "support/conformance_cases.h"
#include "support/environment.h"
#include "support/observe.h"
#include "support/program_builder.h"
#include "support/random_program.h"
#include "support/sample_programs.h"

namespace levelgrad::host {
namespace {

using testing::BatchCase;
using testing::ProgramBuilder;

const std::vector<std::string> fast_to_compile = {"-O1"};

/// Compares with the reference executor; what runs must have been compiled.
template <class T>
void expect_bits(const BatchCase<T>& test, const NativeOptions& options,
                 const testing::Extent& extent = {.training = false, .inspected = 0}) {
  BasicNativeExecutor<T> executor(options);
  const auto difference =
      testing::first_difference(testing::expected(test, extent), executor, test, extent);
  EXPECT_EQ(difference, std::nullopt) << test.name;
  EXPECT_EQ("", executor.why_not()) << test.name;
}

/// y = op(a, b, c) for all ops, with inputs of their own, and the root sum(y * g) + ...
Program all_ops_at_once() {
  ProgramBuilder made;
  std::vector<ProgramBuilder::Id> joins, values;
  const auto add = [&](Op op, const double* constant) {
    std::vector<ProgramBuilder::Id> operands;
    for (int k = 0; k < arity(op); ++k) {
      const bool fixed = k == 1 && constant != nullptr;
      operands.push_back(fixed ? made.constant(*constant) : made.input());
    }
    const auto y = made.operation(op, operands);
    joins.push_back(made.operation(Op::Sum, made.operation(Op::Mul, y, made.input())));
    values.push_back(y);
  };
  ProgramBuilder::Id root = made.constant(0);
  for (const Op op : testing::all_ops) {
    if (info(op).joins) continue;
    if (!info(op).second_is_constant) add(op, nullptr);
    for (const double constant : {2.0, -1.0, 0.5, 3.0, -2.5, 0.0}) {
      if (info(op).second_is_constant) add(op, &constant);
    }
  }
  for (const auto join : joins) root = made.operation(Op::Add, root, join);
  made.output(root);
  for (const auto value : values) made.output(value);
  return made.build();
}

template <class T>
BatchCase<T> all_ops_at_special_values() {
  BatchCase<T> test{"all ops", {all_ops_at_once()}, {}, 300, {}, {}};
  testing::Dice dice(5);
  for (std::size_t k = 0; k < test.example_count * test.programs[0].input_count(); ++k) {
    test.inputs.push_back(testing::special_number<T>(dice));
  }
  return test;
}

class NativeVectors : public ::testing::TestWithParam<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(Bytes, NativeVectors, ::testing::Values(16, 32, 64));

TEST_P(NativeVectors, HaveNoEffectOnBits) {
  const NativeOptions options = {
      .threads = 1, .flags = fast_to_compile, .vector_bytes = GetParam()};
  expect_bits(all_ops_at_special_values<double>(), options);
  expect_bits(all_ops_at_special_values<float>(), options);
  expect_bits(testing::net_cases<double>().back(), options);
  expect_bits(testing::net_cases<float>().at(3), options);
}

TEST(NativeExecutor, HasTheBitsOfAllOptimizations) {
  const NativeOptions options = {.threads = 2};
  const auto nets = testing::net_cases<double>();  // 3 of each size, the last of 290 examples
  expect_bits(nets.at(9), options, {.inspected = 1});
  expect_bits(testing::net_cases<float>().at(10), options, {.inspected = 1});
  expect_bits(all_ops_at_special_values<double>(), options);
}

TEST(NativeExecutor, HandsNumbersFromPieceToPiece) {
  for (const std::size_t size : {7, 50}) {
    const NativeOptions options = {.threads = 1, .flags = fast_to_compile, .piece_size = size};
    expect_bits(testing::net_cases<double>().at(6), options);
    expect_bits(testing::net_cases<float>().at(8), options);
    expect_bits(testing::random_case<double>({size, 129, 1, 200}), options);
  }
}

/// A body as large as can be compiled: a chain in which nodes read numbers from far before, too.
/// Compared with the host executor, so that it is compiled for one kind of run only, and without
/// optimizations: those take a compiler five times as long.
TEST(NativeExecutor, RunsLargePrograms) {
  ProgramBuilder made;
  testing::Dice dice(3);
  const auto w = made.parameter(0.5);
  std::vector<ProgramBuilder::Id> bounded = {made.input(), w, made.input()};
  auto last = bounded.front();
  for (std::size_t k = 0; k < 5000; ++k) {
    const Op op = std::array{Op::Add, Op::Mul, Op::Sub, Op::Tanh}[k % 4];
    const auto other = bounded[dice.below(bounded.size())];
    last = op == Op::Tanh ? made.operation(op, last) : made.operation(op, last, other);
    if (op == Op::Tanh) bounded.push_back(last);
  }
  made.output(made.operation(Op::Mean, last));
  const auto test = testing::case_of<float>("5,000 nodes", made.build(), 70);
  ASSERT_EQ(5000U, test.programs.front().body().size());
  const auto run = [&](ExecutorF32& executor) {
    std::vector<float> loss(1), grads(1);
    executor.load(test.programs);
    executor.set_parameters(test.parameters);
    executor.run({.example_count = 70, .inputs = test.inputs}, {.loss = loss, .grads = grads});
    return std::pair(loss, grads);
  };
  HostExecutorF32 host;
  NativeExecutorF32 executor({.threads = 1, .flags = {"-O0"}, .piece_size = 250});
  const auto expected = run(host);
  EXPECT_TRUE(std::isnormal(expected.first[0]) && std::isnormal(expected.second[0]));
  EXPECT_EQ(expected, run(executor));
  EXPECT_EQ("", executor.why_not());
}

/// A parameter that is read so often that its fold is a loop over a table.
TEST(NativeExecutor, FoldsManyTerms) {
  ProgramBuilder made;
  const auto x = made.input(), w = made.parameter(1), v = made.parameter(2);
  auto total = made.operation(Op::Mul, x, v);
  for (std::size_t k = 0; k < 300; ++k) {
    const auto term = made.operation(Op::Mul, w, k % 2 == 0 ? x : total);
    total = made.operation(k % 3 == 0 ? Op::Sub : Op::Max, total, term);
  }
  made.output(made.operation(Op::Mean, total));
  const Program program = made.build();
  const NativeOptions options = {.threads = 1, .flags = fast_to_compile};
  expect_bits(testing::case_of<double>("many terms", program, 131), options);
}

/// 79 chunks and a rest, several threads: where the reference would take long, the host executor.
TEST(NativeExecutor, AgreesWithTheHostExecutorOverManyChunks) {
  const Program program = testing::moons_program();
  PythonRandom random(3);
  const std::vector<double> inputs = inputs_and_labels(make_moons(10'000, 0.1, random));
  const auto run = [&](Executor& executor) {
    std::vector<double> loss(1), grads(program.parameter_count());
    executor.load(program);
    for (int step = 0; step < 3; ++step) {
      executor.run({.example_count = 10'000, .inputs = inputs}, {.loss = loss, .grads = grads});
      EXPECT_TRUE(executor.update(optimizer::Sgd::Scalars<double>{0.1}));
    }
    grads.push_back(loss[0]);
    return grads;
  };
  HostExecutor host;
  const std::vector<double> expected = run(host);
  for (const std::size_t threads : {1, 3}) {
    NativeExecutor executor({.threads = threads});
    EXPECT_EQ(expected, run(executor)) << threads;
    EXPECT_EQ("", executor.why_not());
  }
}

TEST(NativeExecutor, RunsAsTheHostExecutorWhatItCannotCompile) {
  const BatchCase<double> small = testing::net_cases<double>().front();
  NativeExecutor broken({.threads = 1, .flags = {"-no-such-flag"}});
  EXPECT_EQ(testing::first_difference(testing::expected(small, {}), broken, small, {}),
            std::nullopt);
  EXPECT_NE(std::string::npos, broken.why_not().find("no-such-flag")) << broken.why_not();
  EXPECT_TRUE(broken.name().ends_with(", not compiled")) << broken.name();

  NativeExecutor executor({.threads = 1, .flags = fast_to_compile});
  ProgramBuilder made;
  auto x = made.input();
  for (int k = 0; k < 5'001; ++k) x = made.operation(Op::Tanh, x);
  made.output(made.operation(Op::Mean, x));
  executor.load(made.build());
  EXPECT_EQ("a body of 5001 nodes is too large to compile", executor.why_not());
  executor.load(small.programs);
  EXPECT_EQ("", executor.why_not());
}

TEST(NativeExecutor, RefusesOptionsOutOfRange) {
  EXPECT_THROW(NativeExecutor({.vector_bytes = 8}), ArgumentError);
  EXPECT_THROW(NativeExecutor({.threads = 1025}), ArgumentError);
  const testing::Variable cxx("CXX", "/nonexistent");
  EXPECT_THROW(NativeExecutor(), CompilerError);
}

}  // namespace
}  // namespace levelgrad::host
