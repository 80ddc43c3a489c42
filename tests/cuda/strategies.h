// SPDX-License-Identifier: MIT
//
// What tests that run once for each strategy of cuda-level share.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "levelgrad/cuda/level_executor.h"

namespace levelgrad::testing {

/// Those that can be asked for; Auto chooses one of them.
inline auto every_strategy() {
  return ::testing::Values(cuda::Strategy::Launches, cuda::Strategy::Persistent);
}

/// The strategy as a part of a test's name.
inline std::string strategy_of_test(const ::testing::TestParamInfo<cuda::Strategy>& strategy) {
  return cuda::name_of(strategy.param);
}

}  // namespace levelgrad::testing
