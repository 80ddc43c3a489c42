// SPDX-License-Identifier: MIT
//
// What the host executor promises beyond the conformance suite.
#include "levelgrad/host/host_executor.h"

#include <gtest/gtest.h>

#include <bit>
#include <string>

#include "levelgrad/error.h"
#include "levelgrad/losses.h"
#include "levelgrad/nn.h"
#include "levelgrad/record.h"
#include "levelgrad/reference_executor.h"

namespace levelgrad::host {
namespace {

/// A net that is wide enough for whole register tiles and for what is left of them.
Program recorded(Activation activation) {
  PythonRandom random(7);
  const MLP mlp(3, {19, 18, 2}, random, activation);
  return record(mlp.parameters(), [&](Recording& example) {
    const std::vector<Value> x = example.inputs("x", 3);
    const std::vector<Value> scores = mlp(x);
    example.output("loss",
                   mean(cross_entropy(scores, example.input("y"))) + 1e-3 * l2(mlp.parameters()));
    example.output("score", scores[1]);
  });
}

template <class T>
std::vector<T> inputs(std::size_t count) {
  PythonRandom random(3);
  std::vector<T> numbers;
  for (std::size_t i = 0; i < count; ++i) {
    for (int k = 0; k < 3; ++k) numbers.push_back(static_cast<T>(random.uniform(-2, 2)));
    numbers.push_back(static_cast<T>(i % 2));
  }
  return numbers;
}

/// Loss, grads, per-example grads, and outputs of a run, one after the other.
template <class T>
std::vector<T> run(BasicExecutor<T>& executor, std::size_t count) {
  const std::vector<T> numbers = inputs<T>(count);
  const std::size_t width = executor.parameters().size();
  std::vector<T> loss(1), grads(width), each(count * width), score(count);
  BasicResults<T> results;
  results.loss = loss;
  results.grads = grads;
  results.example_grads = each;
  results.outputs = {{}, score};
  executor.run({.example_count = count, .inputs = numbers}, results);
  for (const auto* more : {&grads, &each, &score})
    loss.insert(loss.end(), more->begin(), more->end());
  return loss;
}

template <class T>
std::size_t differences(const std::vector<T>& a, const std::vector<T>& b) {
  using Bits = std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>;
  std::size_t count = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    count += std::bit_cast<Bits>(a[i]) != std::bit_cast<Bits>(b[i]) ? 1 : 0;
  }
  return count;
}

template <class T>
class HostExecutorOf : public ::testing::Test {};
using Dtypes = ::testing::Types<double, float>;
TYPED_TEST_SUITE(HostExecutorOf, Dtypes);

TYPED_TEST(HostExecutorOf, HasTheSameBitsFromEveryInstructionSet) {
  for (const Activation activation : {Activation::Relu, Activation::Tanh}) {
    const Program program = recorded(activation);
    BasicReferenceExecutor<TypeParam> reference;
    reference.load(program);
    const std::vector<TypeParam> expected = run(reference, 300);
    for (const std::string& isa : host_isas()) {
      for (const std::size_t sub_block : {0, 16, 48, 128}) {
        BasicHostExecutor<TypeParam> executor({.threads = 2, .sub_block = sub_block, .isa = isa});
        executor.load(program);
        EXPECT_EQ(0U, differences(expected, run(executor, 300))) << isa << ", " << sub_block;
      }
    }
  }
}

TEST(HostExecutor, RefusesOptionsWithoutMeaning) {
  EXPECT_THROW(HostExecutor({.sub_block = 8}), ArgumentError);
  EXPECT_THROW(HostExecutor({.sub_block = 129}), ArgumentError);
  EXPECT_THROW(HostExecutor({.sub_block = 256}), ArgumentError);
  EXPECT_THROW(HostExecutor({.threads = 100000}), ArgumentError);
  try {
    const HostExecutor executor({.isa = "mmx"});
    FAIL() << "took an unknown instruction set";
  } catch (const ArgumentError& error) {
    EXPECT_NE(std::string::npos, std::string(error.what()).find("baseline")) << error.what();
  }
}

TEST(HostExecutor, SaysHowItRuns) {
  const HostExecutor executor({.threads = 2, .isa = "baseline"});
  EXPECT_EQ("host, 2 threads, baseline", executor.name());
  EXPECT_EQ("baseline", host_isas().back());
}

/// A weight that every step of a deep graph reads must not need memory beyond the graph's own.
TEST(HostExecutor, RunsDeepGraphsThatShareAWeight) {
  constexpr int depth = 200000;
  const Graph::Scope scope;
  const Value w = 0.75;
  const Program program = record(std::vector{w}, [&](Recording& example) {
    Value h = example.input("x");
    for (int k = 0; k < depth; ++k) h = tanh(w * h);
    example.output("loss", mean(h));
  });
  const std::vector<double> batch = {0.5, -1.0, 2.0};
  std::vector<double> expected(1), found(1);
  ReferenceExecutor reference;
  reference.load(program);
  reference.run({.example_count = 3, .inputs = batch}, {.grads = expected});
  HostExecutor executor({.threads = 1});
  executor.load(program);
  executor.run({.example_count = 3, .inputs = batch}, {.grads = found});
  EXPECT_EQ(0U, differences(expected, found));
}

TEST(HostExecutor, KeepsWhatWasLoadedWhenALoadFails) {
  const Program program = recorded(Activation::Relu);
  const Graph::Scope scope;
  const Value w = 2.0;
  const Program other = record(std::vector{w}, [&](Recording& example) {
    example.output("loss", mean(w * example.input("x")));
  });
  for (Executor* executor : {static_cast<Executor*>(new HostExecutor({.threads = 1})),
                             static_cast<Executor*>(new ReferenceExecutor)}) {
    const std::unique_ptr<Executor> owned(executor);
    executor->load(program);
    const std::vector<double> before = run(*executor, 5);
    EXPECT_THROW(executor->load(std::vector{program, other}), ProgramError);
    EXPECT_EQ(0U, differences(before, run(*executor, 5)));
  }
}

TEST(HostExecutor, NeedsGradsForAnUpdateAlsoWithoutParameters) {
  const Program program = record(std::vector<Value>(), [&](Recording& example) {
    example.output("loss", mean(square(example.input("x"))));
  });
  HostExecutor executor({.threads = 1});
  executor.load(program);
  EXPECT_THROW((void)executor.update(optimizer::Sgd::Scalars<double>{0.1}), ArgumentError);
}

TEST(HostExecutor, RefusesSizesThatWrapAround) {
  const Program program = record(std::vector<Value>(), [&](Recording& example) {
    example.output("loss", mean(example.input("x") * example.input("y")));
  });
  HostExecutor executor({.threads = 1});
  executor.load(program);
  EXPECT_THROW(executor.run({.example_count = std::size_t{1} << 63}, {}), ArgumentError);
  EXPECT_THROW(executor.run({.example_count = std::size_t{1} << 40}, {}), ShapeError);
}

TEST(HostExecutor, RunsNothingBeforeAProgramIsLoaded) {
  HostExecutor executor({.threads = 1});
  EXPECT_THROW(executor.run({.example_count = 1}, {}), ArgumentError);
  EXPECT_THROW(executor.load(std::span<const Program>()), ArgumentError);
  EXPECT_THROW(executor.set_parameters(std::vector<double>(3)), ShapeError);
  EXPECT_TRUE(executor.parameters().empty());
}

}  // namespace
}  // namespace levelgrad::host
