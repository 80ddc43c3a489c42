// SPDX-License-Identifier: MIT
//
// cuda-level when the device has failed. A program of its own, as the device stays broken for the
// process.
#include <gtest/gtest.h>

#include "cuda/device.h"
#include "cuda/trap.h"
#include "levelgrad/cuda/level_executor.h"
#include "levelgrad/error.h"
#include "support/sample_programs.h"

namespace levelgrad::testing {
namespace {

std::string message_of(const auto& f) {
  try {
    f();
  } catch (const DeviceError& error) {
    return error.what();
  }
  return "no DeviceError";
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(LevelFailure, RefusesToGoOnAndKeepsTheParametersOfTheLastReadBack) {
  LG_REQUIRE_DEVICE();
  const Program program = moons_program();
  cuda::LevelExecutor executor;
  executor.load(program);
  const std::vector<double> inputs(5 * program.input_count(), 0.5);
  const auto run = [&] { executor.run({5, inputs}, {.backward = true}); };
  const auto step = [&] {
    run();
    ASSERT_TRUE(executor.update(optimizer::Sgd::Scalars<double>{0.1}));
  };
  step();
  step();
  const std::vector<double> after_two = executor.parameters();
  step();
  break_device();

  const std::string first = message_of(run);
  EXPECT_TRUE(has(first, "step 4")) << first;
  EXPECT_TRUE(has(first, "cuda")) << first;
  EXPECT_TRUE(has(first, "after step 2")) << first;
  EXPECT_EQ(executor.parameters(), after_two);
  const std::vector<std::string> later = {
      message_of(run),
      message_of([&] { executor.load(program); }),
      message_of([&] { executor.set_parameters(after_two); }),
      message_of([&] {
        (void)executor.inspect({5, inputs}, 0);
      }),
  };
  for (const std::string& message : later) {
    EXPECT_TRUE(has(message, "failed before")) << message;
    EXPECT_TRUE(has(message, "step 4")) << message;
  }
  EXPECT_EQ(executor.parameters(), after_two);
}

}  // namespace
}  // namespace levelgrad::testing
