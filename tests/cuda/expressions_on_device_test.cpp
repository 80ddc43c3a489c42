// SPDX-License-Identifier: MIT
//
// Graphs that differ from example to example, on a device: bags of expressions against the
// reference executor, bit for bit. With few points every Program has few lanes, and the graphs run
// as a forest; with many, each Program's examples run as lanes.
#include <gtest/gtest.h>

#include "cuda/strategies.h"
#include "levelgrad/cuda/level_executor.h"
#include "levelgrad/reference_executor.h"
#include "support/expression_case.h"
#include "support/same_numbers.h"

namespace levelgrad::testing {
namespace {

class ExpressionsOnDevice : public LevelOnDevice {
protected:
  /// What one batch gives, and five steps at once.
  template <class T>
  static void compare(const BatchCase<T>& test) {
    cuda::BasicLevelExecutor<T> tested({.strategy = GetParam()});
    compare_with_reference(tested, test);
    if (HasFailure()) return;
    BasicReferenceExecutor<T> reference;
    EXPECT_TRUE(same_numbers(after_steps<T>(tested, test, 5), after_steps<T>(reference, test, 5)));
  }
};

INSTANTIATE_TEST_SUITE_P(Level, ExpressionsOnDevice, every_strategy(), strategy_of_test);

TEST_P(ExpressionsOnDevice, AsAForestF64) {
  for (const std::size_t points : {1, 2, 3}) compare(expression_case<double>(48, points, points));
}

TEST_P(ExpressionsOnDevice, AsAForestF32) {
  for (const std::size_t points : {1, 3}) compare(expression_case<float>(48, points, points));
}

// Neighbours of different Programs, and chunks that hold a part of each.
TEST_P(ExpressionsOnDevice, AsAForestOfMixedExamples) {
  compare(expression_case<double>(100, 3, 4, true));
}

TEST_P(ExpressionsOnDevice, AsLanesF64) { compare(expression_case<double>(6, 64, 5)); }

TEST_P(ExpressionsOnDevice, AsLanesF32) { compare(expression_case<float>(6, 64, 6, true)); }

}  // namespace
}  // namespace levelgrad::testing
