// SPDX-License-Identifier: MIT
//
// What NVRTC and ptxas make of cuda-fused's text, without a device: registers, the size of the PTX,
// and the PTX gate. A lane's numbers that spill would be read from memory, with the same bits.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "cuda/fused_programs.h"
#include "cuda/jit.h"
#include "cuda/ptx.h"
#include "cuda/ptxas.h"
#include "fused_source.h"
#include "support/sample_programs.h"
#include "uniform_layout.h"

namespace levelgrad::testing {
namespace {

/// The PTX for an H200.
std::string ptx_of(const Program& program, bool f64, bool contract = false) {
  const Schedule schedule(program);
  const LaneCode code(schedule, {.piece_size = 2500});
  const cuda::UniformLayout layout(std::span(&schedule, 1));
  const cuda::FusedPlan plan =
      cuda::fused_plan(code, layout.fold_of(), f64 ? 8 : 4, {227 * 1024, 228 * 1024});
  const cuda::FusedNumbers numbers = {layout.read_by_bodies(),
                                      static_cast<std::size_t>(layout.seed(0)),
                                      layout.join_count() + layout.folded().size(), true};
  return cuda::compile(cuda::fused_source(code, plan, numbers, f64), {9, 0, true}, {}, nullptr,
                       contract)
      .bytes;
}

std::vector<std::string> faults_of(const std::string& ptx) {
  std::vector<std::string> all;
  for (const Kernel& kernel : parse_ptx(ptx)) {
    for (const std::string& fault : faults(kernel)) all.push_back(kernel.name + ": " + fault);
  }
  return all;
}

std::size_t fma_in(const std::string& ptx) {
  std::size_t count = 0;
  for (const Kernel& kernel : parse_ptx(ptx)) {
    count += static_cast<std::size_t>(std::ranges::count_if(
        kernel.instructions,
        [](const Instruction& instruction) { return instruction.opcode.starts_with("fma."); }));
  }
  return count;
}

class FusedBudget : public ::testing::TestWithParam<bool> {
protected:
  void SetUp() override { LG_REQUIRE_NVRTC(); }
};

std::string dtype_of_test(const ::testing::TestParamInfo<bool>& f64) {
  return f64.param ? "f64" : "f32";
}
INSTANTIATE_TEST_SUITE_P(Fused, FusedBudget, ::testing::Bool(), dtype_of_test);

// 192 threads of 104 registers are three blocks of a multiprocessor, of 168 two: as the plan has
// it.
TEST_P(FusedBudget, OfTheMoonsNet) {
  const std::string ptx = ptx_of(moons_program(), GetParam());
  const Usage usage = ptxas_usage(ptx, "sm_90").at("fused");
  RecordProperty("registers", usage.registers);
  RecordProperty("ptx_bytes", static_cast<int>(ptx.size()));
  EXPECT_LE(usage.registers, GetParam() ? 168 : 104);
  EXPECT_EQ(0, usage.spill_stores);
  EXPECT_EQ(0, usage.spill_loads);
  EXPECT_EQ(0, usage.stack);
  EXPECT_LE(ptx.size(), GetParam() ? 310'000u : 299'000u);
}

TEST_P(FusedBudget, MoonsPassesTheGate) {
  const std::string ptx = ptx_of(moons_program(), GetParam());
  EXPECT_EQ(std::vector<std::string>{}, faults_of(ptx));
  EXPECT_EQ(0u, fma_in(ptx));
  const std::string contracted = ptx_of(moons_program(), GetParam(), true);
  EXPECT_NE(std::vector<std::string>{}, faults_of(contracted));
}

TEST_P(FusedBudget, AllOpsPassTheGate) {
  EXPECT_EQ(std::vector<std::string>{}, faults_of(ptx_of(all_ops_apart(), GetParam())));
}

}  // namespace
}  // namespace levelgrad::testing
