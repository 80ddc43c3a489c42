// SPDX-License-Identifier: MIT
//
// What the strategies of cuda-level move through global memory, counted by cudaemu: keeping a
// lane's numbers on the chip is what the persistent strategy is for.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "cuda/device.h"

namespace levelgrad::testing {
namespace {

namespace fs = std::filesystem;

const std::string emulator = LEVELGRAD_EMULATOR;

/// Why nothing can be counted here; "" where it can.
std::string why_no_counters() {
  if (!LEVELGRAD_SHARED_RUNTIME) return "cudaemu counts for the shared runtime (preset emu)";
  if (fs::exists("/dev/nvidiactl") || fs::exists("/dev/dxg")) return "a GPU has no counters";
  return fs::exists(emulator) ? "" : "no build/cudaemu/cudaemu-run, which .ci/run builds";
}

/// Bytes of global memory that kernels loaded and stored.
struct Traffic {
  double requested = 0;  ///< as the threads asked for them
  double sectors = 0;    ///< in whole sectors of 32 bytes, those of a warp's access together
};

/// Of all kernels that a program launches. Errors: runtime_error.
Traffic traffic_of(const std::string& program_and_words) {
  const fs::path file =
      fs::temp_directory_path() / ("levelgrad-bytes-" + std::to_string(getpid()) + ".json");
  const std::string command =
      // With one thread of the host: polls of a barrier that others have not reached would count.
      "CUDAEMU_THREADS=1 CUDAEMU_STATS='" + file.string() + "' '" + emulator + "' " +
      program_and_words;
  const int status = std::system(command.c_str());
  std::ifstream text(file);
  nlohmann::json counters = nlohmann::json::parse(text, nullptr, false);
  fs::remove(file);
  if (status != 0 || counters.is_discarded()) throw std::runtime_error(command + " failed");
  Traffic traffic;
  for (const nlohmann::json& kernel : counters.at("kernels")) {
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

#define LG_REQUIRE_COUNTERS()                                                               \
  if (const std::string why = why_no_counters(); why != "") {                               \
    if (says_yes("CI") && LEVELGRAD_SHARED_RUNTIME && !fs::exists(emulator)) FAIL() << why; \
    GTEST_SKIP() << why;                                                                    \
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
