// SPDX-License-Identifier: MIT
//
// cuda-level where the device's memory is short: smaller tiles, the same bits; an error that says
// how much was needed; and the executor can be used again.
#include <gtest/gtest.h>

#include "cuda/device.h"
#include "levelgrad/cuda/level_executor.h"
#include "levelgrad/error.h"
#include "levelgrad/host/host_executor.h"
#include "support/program_builder.h"
#include "support/sample_programs.h"

namespace levelgrad::testing {
namespace {

/// Takes all of the device's memory but some, in pieces, as memory may be in pieces.
class Hog {
public:
  explicit Hog(std::size_t left) {
    std::size_t free = 0, total = 0;
    check(cudaMemGetInfo(&free, &total));
    for (std::size_t piece = std::size_t{1} << 36; piece >= std::size_t{1} << 16; piece /= 2) {
      while (free >= left + piece) {
        void* taken = nullptr;
        if (cudaMalloc(&taken, piece) != cudaSuccess) {
          (void)cudaGetLastError();
          break;
        }
        taken_.push_back(taken);
        check(cudaMemGetInfo(&free, &total));
      }
    }
  }
  ~Hog() {
    for (void* taken : taken_) (void)cudaFree(taken);
  }
  Hog(const Hog&) = delete;
  Hog& operator=(const Hog&) = delete;

private:
  std::vector<void*> taken_;
};

constexpr std::size_t mebibyte = std::size_t{1} << 20;

std::vector<double> inputs_for(const Program& program, std::size_t count) {
  PythonRandom random(3);
  std::vector<double> inputs(count * program.input_count());
  for (double& number : inputs) number = random.uniform(-1, 1);
  return inputs;
}

std::vector<double> grads_by(Executor& executor, const Program& program, std::size_t count) {
  const std::vector<double> inputs = inputs_for(program, count);
  std::vector<double> grads(program.parameter_count());
  executor.run({count, inputs}, {.grads = grads});
  return grads;
}

TEST(LevelMemory, TilesShrinkUntilTheyFit) {
  LG_REQUIRE_DEVICE();
  constexpr std::size_t count = 20000;  // 50 MiB of lanes
  const Program program = moons_program();
  host::HostExecutor host;
  host.load(program);
  cuda::LevelExecutor executor({.strategy = cuda::Strategy::Launches});
  executor.load(program);  // sees all of the memory
  const Hog hog(16 * mebibyte);
  EXPECT_EQ(grads_by(executor, program, count), grads_by(host, program, count));
}

TEST(LevelMemory, TooLittleIsAnErrorThatSaysHowMuchIsNeeded) {
  LG_REQUIRE_DEVICE();
  const Program program = moons_program();
  host::HostExecutor host;
  host.load(program);
  cuda::LevelExecutor executor({.strategy = cuda::Strategy::Launches});
  executor.load(program);
  std::vector<double> parameters(program.parameter_count(), 0.25);
  executor.set_parameters(parameters);
  host.set_parameters(parameters);
  {
    const Hog hog(0);
    try {
      (void)grads_by(executor, program, 20000);
      FAIL() << "it had the memory after all";
    } catch (const DeviceError& error) {
      EXPECT_NE(std::string(error.what()).find("MiB"), std::string::npos) << error.what();
      EXPECT_NE(std::string(error.what()).find("cudaMalloc"), std::string::npos) << error.what();
    }
    EXPECT_EQ(executor.parameters(), parameters);
  }
  EXPECT_EQ(grads_by(executor, program, 20000), grads_by(host, program, 20000));
}

TEST(LevelMemory, AProgramThatDoesNotFitLeavesTheOldOneLoaded) {
  LG_REQUIRE_DEVICE();
  const Program program = moons_program();
  cuda::LevelExecutor executor;
  executor.load(program);
  const std::vector<double> before = grads_by(executor, program, 300);
  {
    const Hog hog(0);
    EXPECT_THROW(executor.load(program), DeviceError);
  }
  EXPECT_EQ(grads_by(executor, program, 300), before);
}

/// The moons net, and the same with another activation; an example each in turns.
struct Alternating {
  std::vector<Program> programs;
  std::vector<std::uint32_t> which;

  explicit Alternating(std::size_t count) {
    for (const double slope : {0.01, 0.1}) {
      ProgramBuilder made;
      auto x = made.input();
      const auto w = made.parameter(0.5);
      for (int k = 0; k < 200; ++k) {
        const auto product = made.operation(Op::Mul, x, w);
        x = made.operation(Op::LeakyRelu, product, made.constant(slope));
      }
      made.output(made.operation(Op::Mean, x));
      programs.push_back(made.build());
    }
    for (std::size_t i = 0; i < count; ++i) which.push_back(i % 2);
  }
};

TEST(LevelMemory, TilesOfDifferentProgramsShrinkToo) {
  LG_REQUIRE_DEVICE();
  constexpr std::size_t count = 8192;  // some 15 MiB of lanes
  const Alternating mixed(count);
  const std::vector<double> inputs = inputs_for(mixed.programs.front(), count);
  const BasicBatch<double> batch = {count, inputs, Layout::ByExample, mixed.which};
  std::vector<double> expected(1), grads(1);
  host::HostExecutor host;
  host.load(mixed.programs);
  host.run(batch, {.grads = expected});
  for (const cuda::Strategy strategy : {cuda::Strategy::Launches, cuda::Strategy::Persistent}) {
    cuda::LevelExecutor executor({.strategy = strategy});
    executor.load(mixed.programs);
    executor.run({128, std::span(inputs).first(128)}, {.grads = grads});  // measures the memory
    const Hog hog(4 * mebibyte);
    executor.run(batch, {.grads = grads});
    EXPECT_EQ(grads, expected);
  }
}

// What was done before the memory was short stays done, and is known to be done.
TEST(LevelMemory, StepsBeforeOneThatDoesNotFitStay) {
  LG_REQUIRE_DEVICE();
  const Program program = moons_program();
  const std::vector<double> inputs = inputs_for(program, 300);
  const std::vector<std::uint32_t> few = {0, 1, 2};
  const std::vector<Update> updates(3, optimizer::AdamW::scalars<double>({.lr = 0.1}, 1));
  const auto steps_of = [&](const std::vector<std::span<const std::uint32_t>>& batches) {
    return BasicSteps<double>{.example_count = 300,
                              .inputs = inputs,
                              .batches = batches,
                              .updates = std::span(updates).first(batches.size())};
  };
  std::vector<std::uint32_t> all(300);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::uint32_t>(i);
  cuda::LevelExecutor executor({.strategy = cuda::Strategy::Launches}), other;
  for (cuda::LevelExecutor* each : {&executor, &other}) each->load(program);
  (void)other.run_steps(steps_of({few, few}));
  (void)executor.run_steps(steps_of({few}));
  executor.load(program);
  (void)executor.run_steps(steps_of({few}));  // has the room for this batch
  {
    const Hog hog(mebibyte / 16);  // enough for the data set, not for a chunk's lanes
    EXPECT_THROW((void)executor.run_steps(steps_of({few, all})), DeviceError);
  }
  EXPECT_EQ(executor.parameters(), other.parameters());
}

// The choice between the strategies is made while training goes on: no step may notice.
TEST(LevelStrategy, AutoHasTheSameBitsWhileItMeasures) {
  LG_REQUIRE_DEVICE();
  const Program program = moons_program();
  host::HostExecutor host;
  cuda::LevelExecutor executor({.strategy = cuda::Strategy::Auto});
  host.load(program);
  executor.load(program);
  for (int step = 0; step < 7; ++step) {
    ASSERT_EQ(grads_by(executor, program, 130), grads_by(host, program, 130)) << step;
    for (Executor* each : std::initializer_list<Executor*>{&host, &executor}) {
      ASSERT_TRUE(each->update(optimizer::Sgd::Scalars<double>{0.1}));
    }
    ASSERT_EQ(executor.parameters(), host.parameters()) << step;
  }
}

TEST(LevelOptions, AreRefusedWhereTheyHaveNoMeaning) {
  LG_REQUIRE_DEVICE();
  for (const std::size_t lanes : {1, 64, 129, 384}) {
    EXPECT_THROW(cuda::LevelExecutor({.tile_lanes = lanes}), ArgumentError) << lanes;
  }
  EXPECT_THROW(cuda::LevelExecutor({.device = 77}), DeviceError);
  EXPECT_THROW(cuda::LevelExecutor({.device = -1}), DeviceError);
}

}  // namespace
}  // namespace levelgrad::testing
