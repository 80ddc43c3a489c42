// SPDX-License-Identifier: MIT
#include "cuda/ptxas.h"

#include <gtest/gtest.h>

#include "cuda/jit.h"

namespace levelgrad::testing {
namespace {

std::string ptx_of(const std::string& text) {
  return cuda::compile(jit_source(text), {9, 0, true}, {}, nullptr).bytes;
}

/// Sixty numbers that are all read before the first is written.
std::string many_numbers() {
  return R"(
extern "C" __global__ void small(double* x) { x[0] = x[1]; }
extern "C" __global__ void large(volatile double* x) {
  double kept[60];
#pragma unroll
  for (int i = 0; i < 60; ++i) kept[i] = x[i];
#pragma unroll
  for (int i = 0; i < 60; ++i) x[i] = kept[59 - i];
}
)";
}

TEST(Ptxas, CountsRegisters) {
  LG_REQUIRE_NVRTC();
  const auto usage = ptxas_usage(ptx_of(many_numbers()), "sm_90");
  ASSERT_EQ(2U, usage.size());
  EXPECT_GT(usage.at("small").registers, 0);
  EXPECT_LT(usage.at("small").registers, 20);
  EXPECT_GE(usage.at("large").registers, 120);
  for (const auto& [name, kernel] : usage) {
    EXPECT_EQ(0, kernel.spill_stores + kernel.spill_loads + kernel.stack) << name;
  }
}

TEST(Ptxas, CountsWhatIsSpilled) {
  LG_REQUIRE_NVRTC();
  const auto usage = ptxas_usage(ptx_of(many_numbers()), "sm_90", 32);
  EXPECT_EQ(0, usage.at("small").spill_stores);
  EXPECT_LE(usage.at("large").registers, 32);
  EXPECT_GE(usage.at("large").spill_stores, 300);
  EXPECT_GE(usage.at("large").spill_loads, 300);
  EXPECT_GE(usage.at("large").stack, 300);
}

TEST(Ptxas, SaysWhatItDoesNotUnderstand) {
  EXPECT_THROW((void)ptxas_usage(".version 8.0\n.target sm_90\nnonsense", "sm_90"),
               std::runtime_error);
}

}  // namespace
}  // namespace levelgrad::testing
