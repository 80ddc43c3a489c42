// SPDX-License-Identifier: MIT
#pragma once

#include <cstdlib>
#include <string>

namespace levelgrad::testing {

/// The folder tests/: where it was when this was compiled, or where the environment says that it is
/// on the machine that a program was carried to.
inline std::string tests_folder() {
  const char* there = std::getenv("LEVELGRAD_TESTS_FOLDER");
  return there != nullptr ? there : LEVELGRAD_TESTS;
}

}  // namespace levelgrad::testing
