// SPDX-License-Identifier: MIT
//
// What tests of cuda-fused share. A body that is not compiled has the same bits, so a test that
// does not ask why_not() may test another executor.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "cuda/device.h"
#include "cuda/jit.h"
#include "levelgrad/cuda/fused_executor.h"
#include "support/observe.h"

namespace levelgrad::testing {

/// All that is compared, but what no compiled body makes: grads of each example, and the look at
/// one.
inline constexpr Extent fused_extent = {.example_grads = false, .inspected = 0};

/// Loss, outputs, grads, input grads, updates and steps beside the reference executor; "" where
/// they have the same bits.
template <class T>
std::string difference_to_reference(BasicExecutor<T>& tested, const BatchCase<T>& test) {
  return first_difference(expected(test, fused_extent), tested, test, fused_extent).value_or("");
}

/// Tests with a device and a compiler.
class FusedOnDevice : public ::testing::Test {
protected:
  void SetUp() override {
    LG_REQUIRE_DEVICE();
    LG_REQUIRE_NVRTC();
  }

  /// The same bits, by compiled code.
  template <class T>
  static void compare(const BatchCase<T>& test, const cuda::FusedOptions& options = {}) {
    SCOPED_TRACE(test.name + ", " + std::to_string(test.example_count) + " examples, " +
                 (sizeof(T) == 8 ? "f64" : "f32"));
    cuda::BasicFusedExecutor<T> tested(options);
    EXPECT_EQ("", difference_to_reference(tested, test));
    EXPECT_EQ("", tested.why_not());
  }
};

}  // namespace levelgrad::testing
