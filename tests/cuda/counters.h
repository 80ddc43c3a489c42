// SPDX-License-Identifier: MIT
//
// What cudaemu counts while a program runs: instructions, bytes, bank conflicts of each kernel.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "support/unavailable.h"

namespace levelgrad::testing {

inline const std::string emulator = LEVELGRAD_EMULATOR;

/// Why nothing can be counted here; "" where it can.
inline std::string why_no_counters() {
  namespace fs = std::filesystem;
  if (!LEVELGRAD_SHARED_RUNTIME) return "cudaemu counts for the shared runtime (preset emu)";
  if (fs::exists("/dev/nvidiactl") || fs::exists("/dev/dxg")) return "a GPU has no counters";
  return fs::exists(emulator) ? "" : "no build/cudaemu/cudaemu-run, which .ci/run builds";
}

#define LG_REQUIRE_COUNTERS()                                       \
  if (const std::string why = why_no_counters(); why != "") {       \
    if (says_yes("CI") && LEVELGRAD_SHARED_RUNTIME &&               \
        !std::filesystem::exists(::levelgrad::testing::emulator)) { \
      FAIL() << why;                                                \
    }                                                               \
    GTEST_SKIP() << why;                                            \
  }

/// The counters of each kernel that a program launches. Errors: runtime_error.
inline nlohmann::json counted(const std::string& program_and_words) {
  namespace fs = std::filesystem;
  const fs::path file =
      fs::temp_directory_path() / ("levelgrad-counters-" + std::to_string(getpid()) + ".json");
  const std::string command =
      // With one thread of the host: polls of a barrier that others have not reached would count.
      "LEVELGRAD_JIT=ptx CUDAEMU_THREADS=1 CUDAEMU_STATS='" + file.string() + "' '" + emulator +
      "' " + program_and_words;
  const int status = std::system(command.c_str());
  std::ifstream text(file);
  nlohmann::json counters = nlohmann::json::parse(text, nullptr, false);
  fs::remove(file);
  if (status != 0 || counters.is_discarded()) throw std::runtime_error(command + " failed");
  return counters.at("kernels");
}

}  // namespace levelgrad::testing
