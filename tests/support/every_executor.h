// SPDX-License-Identifier: MIT
//
// What tests that run once for every executor share.
#pragma once

#include <gtest/gtest.h>

#include <cctype>
#include <string>

namespace levelgrad::testing {

/// The executor's name as a part of a test's name.
inline std::string executor_of_test(const ::testing::TestParamInfo<std::string>& executor) {
  std::string name = executor.param;
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return name;
}

/// Whether this build has sanitizers, which make it too slow for the big tests.
#ifdef __SANITIZE_ADDRESS__
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif

}  // namespace levelgrad::testing
