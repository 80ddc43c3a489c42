// SPDX-License-Identifier: MIT
//
// What a batch of the moons net costs cuda-fused, counted by cudaemu: a plan or a kernel that got
// worse has the same bits. cuda/README.md has the numbers.
#include <gtest/gtest.h>

#include <cstdio>
#include <string>

#include "cuda/counters.h"

namespace levelgrad::testing {
namespace {

/// Of the compiled kernel, for 32 examples.
struct Counts {
  double arithmetic = 0;    ///< instructions of a warp on floating numbers
  double instructions = 0;  ///< all, but loads from the constant bank, which fold into arithmetic
  double conflicts = 0;     ///< cycles
  double sectors = 0;       ///< bytes of global memory, but those loads
};

/// 66 chunks: 11 blocks that are full.
Counts counts_of_moons(const std::string& dtype) {
  constexpr double count = 8448;
  const nlohmann::json kernels = counted("'" LEVELGRAD_BYTES_PROBE "' fused " + dtype + " 8448");
  for (const nlohmann::json& kernel : kernels) {
    if (kernel.at("name") != "fused") continue;
    const auto number = [](const nlohmann::json& from, const char* key) {
      return from.value(key, 0.0);
    };
    const nlohmann::json& classes = kernel.at("warp_by_class");
    const double constants = number(classes, "ld_const");
    Counts counts = {number(classes, dtype == "f32" ? "fp32" : "fp64"),
                     number(kernel, "warp_instructions") - constants,
                     number(kernel, "shared_bank_conflict_cycles"),
                     number(kernel, "global_load_sector_bytes") +
                         number(kernel, "global_store_sector_bytes") - 32 * constants};
    for (double* each :
         {&counts.arithmetic, &counts.instructions, &counts.conflicts, &counts.sectors}) {
      *each *= 32 / count;
    }
    std::printf(
        "%s, 32 examples: %.0f instructions, %.0f of them arithmetic, %.0f cycles of conflicts, "
        "%.0f B in sectors\n",
        dtype.c_str(), counts.instructions, counts.arithmetic, counts.conflicts, counts.sectors);
    return counts;
  }
  throw std::runtime_error("no kernel named fused");
}

/// What a dtype may cost. Wider numbers have more conflicts and more bytes.
struct Budget {
  const char* dtype;
  double conflicts, sectors;
};

class FusedCounts : public ::testing::TestWithParam<Budget> {};
INSTANTIATE_TEST_SUITE_P(Moons, FusedCounts,
                         ::testing::Values(Budget{"f32", 60, 32 * 700},
                                           Budget{"f64", 120, 32 * 810}),
                         [](const auto& test) { return test.param.dtype; });

TEST_P(FusedCounts, StayWithinTheBudget) {
  LG_REQUIRE_COUNTERS();
  const Counts counts = counts_of_moons(GetParam().dtype);
  EXPECT_LE(counts.arithmetic, 1'920);
  EXPECT_GE(counts.arithmetic, 1'800) << "something is not counted";
  EXPECT_LE(counts.instructions, 2'650);
  EXPECT_LE(counts.conflicts, GetParam().conflicts);
  EXPECT_LE(counts.sectors, GetParam().sectors);
}

}  // namespace
}  // namespace levelgrad::testing
