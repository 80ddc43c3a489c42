// SPDX-License-Identifier: MIT
//
// What the strategies of cuda-level move through global memory, counted by cudaemu: keeping a
// lane's numbers on the chip is what the persistent strategy is for.
#include <gtest/gtest.h>

#include <cstdio>
#include <string>

#include "cuda/counters.h"

namespace levelgrad::testing {
namespace {

/// Bytes of global memory that kernels loaded and stored.
struct Traffic {
  double requested = 0;  ///< as the threads asked for them
  double sectors = 0;    ///< in whole sectors of 32 bytes, those of a warp's access together
};

/// Of all kernels that a program launches. Errors: runtime_error.
Traffic traffic_of(const std::string& program_and_words) {
  Traffic traffic;
  for (const nlohmann::json& kernel : counted(program_and_words)) {
    for (const std::string kind : {"global_load", "global_store"}) {
      traffic.requested += kernel.at(kind + "_bytes").get<double>();
      traffic.sectors += kernel.at(kind + "_sector_bytes").get<double>();
    }
  }
  return traffic;
}

/// The probe's bytes per example.
Traffic per_example(const std::string& strategy, const std::string& dtype) {
  constexpr int count = 8192;
  Traffic traffic = traffic_of("'" LEVELGRAD_BYTES_PROBE "' " + strategy + " " + dtype + " " +
                               std::to_string(count));
  traffic.requested /= count;
  traffic.sectors /= count;
  std::printf("%s %-10s %10.1f B per example asked for, %10.1f B in sectors\n", dtype.c_str(),
              strategy.c_str(), traffic.requested, traffic.sectors);
  return traffic;
}

TEST(Bytes, AreCountedAsAskedForAndInSectors) {
  LG_REQUIRE_COUNTERS();
  const Traffic known = traffic_of("'" LEVELGRAD_BYTES_KNOWN "'");
  EXPECT_EQ(2 * 2 * 1024 * 4, known.requested);
  EXPECT_EQ(2 * 1024 * 4 + 2 * 1024 * 32, known.sectors);
}

TEST(Bytes, PersistentMovesATenthOfLaunches) {
  LG_REQUIRE_COUNTERS();
  for (const char* dtype : {"f32", "f64"}) {
    const Traffic launches = per_example("launches", dtype);
    const Traffic persistent = per_example("persistent", dtype);
    EXPECT_GT(launches.requested, 0) << dtype;
    EXPECT_GT(persistent.requested, 0) << dtype;
    EXPECT_LE(10 * persistent.requested, launches.requested) << dtype;
    EXPECT_LE(10 * persistent.sectors, launches.sectors) << dtype;
  }
}

}  // namespace
}  // namespace levelgrad::testing
