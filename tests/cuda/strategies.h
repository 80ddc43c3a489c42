// SPDX-License-Identifier: MIT
//
// What tests that run once for each strategy of cuda-level share.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "cuda/device.h"
#include "levelgrad/cuda/level_executor.h"
#include "support/observe.h"

namespace levelgrad::testing {

/// Those that can be asked for; Auto chooses one of them.
inline auto every_strategy() {
  return ::testing::Values(cuda::Strategy::Launches, cuda::Strategy::Persistent,
                           cuda::Strategy::Fused);
}

/// The strategy as a part of a test's name.
inline std::string strategy_of_test(const ::testing::TestParamInfo<cuda::Strategy>& strategy) {
  return cuda::name_of(strategy.param);
}

/// Tests with a strategy as parameter.
class LevelOnDevice : public ::testing::TestWithParam<cuda::Strategy> {
protected:
  void SetUp() override { LG_REQUIRE_DEVICE(); }

  /// Loss, outputs, grads, per-example grads, input grads and updates beside the reference
  /// executor.
  template <class T>
  static void compare_with_reference(BasicExecutor<T>& tested, const BatchCase<T>& test) {
    SCOPED_TRACE(test.name);
    const Extent extent = {.inspected = 1};
    const auto difference = first_difference(expected(test, extent), tested, test, extent);
    EXPECT_EQ(std::nullopt, difference) << difference.value_or("");
  }
};

}  // namespace levelgrad::testing
