// SPDX-License-Identifier: MIT
//
// The moons net on a device: the whole run against the outside witness, all grads of every step
// against the reference executor, and batches of many sizes. Bit for bit.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cuda/device.h"
#include "cuda/strategies.h"
#include "levelgrad/cuda/level_executor.h"
#include "levelgrad/host/trainer.h"
#include "levelgrad/learning_rate.h"
#include "levelgrad/nn.h"
#include "levelgrad/reference_executor.h"
#include "support/moons_witness.h"
#include "support/same_numbers.h"

namespace levelgrad::testing {
namespace {

Program moons_program() {
  PythonRandom random(1337);
  const MLP net(2, {16, 16, 1}, random);
  return host::record_loss(net, host::Loss::Hinge, {.l2 = 1e-4});
}

template <class T>
std::vector<T> rows_of(const host::Dataset& data) {
  const std::vector<double> rows = host::inputs_and_labels(data);
  return {rows.begin(), rows.end()};
}

template <class T>
struct Found {
  std::vector<T> loss, scores, grads;
};

template <class T>
Found<T> run(BasicExecutor<T>& executor, const std::vector<T>& rows, std::size_t parameter_count) {
  const std::size_t count = rows.size() / 3;
  Found<T> found{std::vector<T>(1), std::vector<T>(count), std::vector<T>(parameter_count)};
  executor.run({count, rows},
               {.loss = found.loss, .outputs = {{}, found.scores}, .grads = found.grads});
  return found;
}

template <class T>
void expect_same(const Found<T>& found, const Found<T>& wanted) {
  EXPECT_TRUE(same_numbers(found.loss, wanted.loss)) << "loss";
  EXPECT_TRUE(same_numbers(found.scores, wanted.scores)) << "scores";
  EXPECT_TRUE(same_numbers(found.grads, wanted.grads)) << "grads";
}

/// The demo's rate at a step.
template <class T>
BasicUpdate<T> update_of(int step) {
  const RateSchedule schedule = {.kind = RateSchedule::Kind::Linear, .lr = 1.0, .steps = 100};
  return optimizer::Sgd::scalars<T>({.lr = schedule.rate(step)}, step + 1);
}

class MoonsOnDevice : public ::testing::TestWithParam<cuda::Strategy> {
protected:
  void SetUp() override { LG_REQUIRE_DEVICE(); }
};

INSTANTIATE_TEST_SUITE_P(Level, MoonsOnDevice, every_strategy(), strategy_of_test);

TEST_P(MoonsOnDevice, TheWholeRunEqualsTheWitness) {
  const MoonsWitness witness = read_moons_witness();
  const Program program = moons_program();
  const std::vector<double> rows = rows_of<double>(host::moons());
  cuda::LevelExecutor tested({.strategy = GetParam()});
  ReferenceExecutor reference;
  tested.load(program);
  reference.load(program);
  EXPECT_EQ(witness.initial, tested.parameters());
  for (int step = 0; step < 100 && !HasFailure(); ++step) {
    SCOPED_TRACE("step " + std::to_string(step));
    const Found<double> found = run<double>(tested, rows, 337);
    const Found<double> wanted = run<double>(reference, rows, 337);
    EXPECT_EQ(witness.losses[static_cast<std::size_t>(step)], found.loss[0]);
    if (step == 0) {
      EXPECT_TRUE(same_numbers(found.grads, witness.first_grads));
    }
    expect_same(found, wanted);
    EXPECT_TRUE(tested.update(update_of<double>(step)));
    EXPECT_TRUE(reference.update(update_of<double>(step)));
  }
  EXPECT_TRUE(same_numbers(tested.parameters(), witness.final));
}

// What stays on the device from step to step, and is read back at the end only.
TEST_P(MoonsOnDevice, StepsAtOnceEqualTheWitness) {
  const MoonsWitness witness = read_moons_witness();
  const std::vector<double> rows = rows_of<double>(host::moons());
  std::vector<std::uint32_t> all(100);
  for (std::uint32_t i = 0; i < 100; ++i) all[i] = i;
  std::vector<Update> updates;
  for (int step = 0; step < 100; ++step) updates.push_back(update_of<double>(step));
  cuda::LevelExecutor tested({.strategy = GetParam()});
  tested.load(moons_program());
  const BasicStepsReport<double> report =
      tested.run_steps({.example_count = 100,
                        .inputs = rows,
                        .batches = std::vector<std::span<const std::uint32_t>>(100, all),
                        .updates = updates});
  EXPECT_TRUE(report.finite);
  EXPECT_TRUE(same_numbers(report.losses, witness.losses));
  EXPECT_TRUE(same_numbers(tested.parameters(), witness.final));
}

TEST_P(MoonsOnDevice, StepsInF32EqualTheReference) {
  const Program program = moons_program();
  const std::vector<float> rows = rows_of<float>(host::moons());
  cuda::LevelExecutorF32 tested({.strategy = GetParam()});
  ReferenceExecutorF32 reference;
  tested.load(program);
  reference.load(program);
  for (int step = 0; step < 10 && !HasFailure(); ++step) {
    SCOPED_TRACE("step " + std::to_string(step));
    expect_same(run<float>(tested, rows, 337), run<float>(reference, rows, 337));
    EXPECT_TRUE(tested.update(update_of<float>(step)));
    EXPECT_TRUE(reference.update(update_of<float>(step)));
  }
  EXPECT_TRUE(same_numbers(tested.parameters(), reference.parameters()));
}

template <class T>
void compare_batches(cuda::Strategy strategy) {
  const Program program = moons_program();
  cuda::BasicLevelExecutor<T> tested({.strategy = strategy});
  BasicReferenceExecutor<T> reference;
  tested.load(program);
  reference.load(program);
  // One chunk, its border, several, an odd number and a power of two of them.
  for (const std::size_t count : {2, 31, 128, 129, 300, 700, 1000, 4096}) {
    SCOPED_TRACE(std::to_string(count) + " examples");
    PythonRandom random(count);
    const std::vector<T> rows = rows_of<T>(host::make_moons(count, 0.1, random));
    expect_same(run<T>(tested, rows, 337), run<T>(reference, rows, 337));
  }
  const std::vector<T> one = {T(0.5), T(-1), T(1)};
  expect_same(run<T>(tested, one, 337), run<T>(reference, one, 337));
}

TEST_P(MoonsOnDevice, BatchesOfAnySizeF64) { compare_batches<double>(GetParam()); }

TEST_P(MoonsOnDevice, BatchesOfAnySizeF32) { compare_batches<float>(GetParam()); }

}  // namespace
}  // namespace levelgrad::testing
