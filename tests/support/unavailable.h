// SPDX-License-Identifier: MIT
//
// Tests of what a machine may lack: skipped there, unless the machine is meant to have it. Without
// the test framework, whose macros are used where a test includes it: nvcc compiles this too.
#pragma once

#include <cstdlib>
#include <string>

namespace levelgrad::testing {

/// Whether an environment variable says yes: it is set, and neither empty, "0" nor "false".
inline bool says_yes(const char* variable) {
  const char* found = std::getenv(variable);
  const std::string text = found == nullptr ? "" : found;
  return !text.empty() && text != "0" && text != "false";
}

/// Whether a device that is missing is a failure: in CI, and where LEVELGRAD_REQUIRE_GPU is set.
/// The emulator counts as a device: it is there so that CI needs no GPU.
inline bool device_required() { return says_yes("CI") || says_yes("LEVELGRAD_REQUIRE_GPU"); }

/// Ends the test, or a fixture's SetUp(), where why is not empty.
#define LG_REQUIRE_AVAILABLE(why)                                \
  if (const std::string text = (why); !text.empty()) {           \
    if (::levelgrad::testing::device_required()) FAIL() << text; \
    GTEST_SKIP() << text;                                        \
  }

}  // namespace levelgrad::testing
