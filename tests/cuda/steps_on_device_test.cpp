// SPDX-License-Identifier: MIT
//
// run_steps() and updates on a device. The conformance suite's steps change the optimizer, so they
// are done one by one; those here stay on the device.
#include <gtest/gtest.h>

#include <cstdint>
#include <initializer_list>
#include <vector>

#include "cuda/strategies.h"
#include "levelgrad/cuda/level_executor.h"
#include "levelgrad/reference_executor.h"
#include "support/conformance_cases.h"
#include "support/program_builder.h"
#include "support/same_numbers.h"

namespace levelgrad::testing {
namespace {

class StepsOnDevice : public LevelOnDevice {
protected:
  /// Three steps of 300 examples that are drawn, in tiles of 128, against the reference executor.
  static void compare(const BatchCase<double>& test) {
    SCOPED_TRACE(test.name);
    Dice dice(1);
    std::vector<std::vector<std::uint32_t>> drawn(3, std::vector<std::uint32_t>(300));
    std::vector<BasicUpdate<double>> updates;
    BasicSteps<double> steps{test.example_count, test.inputs, test.which, {}, {}};
    for (int k = 0; k < 3; ++k) {
      for (std::uint32_t& index : drawn[k]) {
        index = static_cast<std::uint32_t>(dice.below(test.example_count));
      }
      steps.batches.push_back(drawn[k]);
      updates.push_back(optimizer::AdamW::scalars<double>({.lr = 0.02}, k + 1));
    }
    steps.updates = updates;
    cuda::LevelExecutor tested({.strategy = GetParam(), .tile_lanes = 128});
    ReferenceExecutor reference;
    for (Executor* executor : std::initializer_list<Executor*>{&tested, &reference}) {
      executor->load(test.programs);
      executor->set_parameters(test.parameters);
    }
    const auto found = tested.run_steps(steps), wanted = reference.run_steps(steps);
    EXPECT_EQ(found.finite, wanted.finite);
    EXPECT_TRUE(same_numbers(found.losses, wanted.losses));
    EXPECT_TRUE(same_numbers(tested.parameters(), reference.parameters()));
  }

  /// mean(x * p)
  static Program mean_of_product() {
    ProgramBuilder made;
    const auto product = made.operation(Op::Mul, made.input(), made.parameter(0));
    made.output(made.operation(Op::Mean, product));
    return made.build();
  }

  /// One step over two examples x of mean(x * p) must fail, and leave p.
  static void expect_failure(double x, double p, const BasicUpdate<double>& update) {
    const Program program = mean_of_product();
    cuda::LevelExecutor tested({.strategy = GetParam()});
    ReferenceExecutor reference;
    for (Executor* executor : std::initializer_list<Executor*>{&reference, &tested}) {
      SCOPED_TRACE(executor->name());
      executor->load(program);
      executor->set_parameters(std::vector{p});
      const std::vector<double> inputs = {x, x};
      const std::vector<std::uint32_t> all = {0, 1};
      const std::vector<BasicUpdate<double>> updates = {update};
      const auto report = executor->run_steps(
          {.example_count = 2, .inputs = inputs, .batches = {all}, .updates = updates});
      EXPECT_FALSE(report.finite);
      EXPECT_EQ(report.losses.size(), 1u);
      EXPECT_EQ(executor->parameters(), std::vector{p});
    }
  }
};

INSTANTIATE_TEST_SUITE_P(Level, StepsOnDevice, every_strategy(), strategy_of_test);

TEST_P(StepsOnDevice, InTiles) {
  compare(net_cases<double>().back());
  compare(random_case<double>({.seed = 5, .example_count = 290, .program_count = 3}));
}

// Steps that fail for one reason alone: most numbers that are not finite make others so, and then
// one check too few does not show.
TEST_P(StepsOnDevice, OnlyTheLossIsInfinite) {
  expect_failure(1e308, 1.5, optimizer::Sgd::Scalars<double>{1e-308});
}

TEST_P(StepsOnDevice, OnlyAParameterWouldBeInfinite) {
  expect_failure(1e300, 0, optimizer::Sgd::Scalars<double>{1e10});
}

TEST_P(StepsOnDevice, OnlyTheStateWouldBeInfinite) {
  expect_failure(1e200, 1e-200, optimizer::AdamW::scalars<double>({.lr = 0.1}, 1));
}

TEST_P(StepsOnDevice, OnlyTheNormIsInfinite) {
  expect_failure(1e200, 0, {optimizer::Sgd::Scalars<double>{1e-300}, 1.0});
}

// AdamW goes on with its state when another optimizer came, and failed.
TEST_P(StepsOnDevice, AnotherOptimizerFails) {
  const Program program = mean_of_product();
  cuda::LevelExecutor tested({.strategy = GetParam()});
  ReferenceExecutor reference;
  for (Executor* executor : std::initializer_list<Executor*>{&tested, &reference}) {
    executor->load(program);
    executor->set_parameters(std::vector{0.5});
    const std::vector<double> inputs = {1e100, 2};
    BasicResults<double> results;
    results.backward = true;
    const auto run = [&](std::size_t first) {
      executor->run({1, std::span(inputs).subspan(first, 1), Layout::ByExample, {}}, results);
    };
    run(1);
    EXPECT_TRUE(executor->update(optimizer::AdamW::scalars<double>({.lr = 0.1}, 1)));
    run(0);
    EXPECT_FALSE(executor->update(optimizer::Sgd::Scalars<double>{1e300}));
    run(1);
    EXPECT_TRUE(executor->update(optimizer::AdamW::scalars<double>({.lr = 0.1}, 2)));
  }
  EXPECT_TRUE(same_numbers(tested.parameters(), reference.parameters()));
}

}  // namespace
}  // namespace levelgrad::testing
