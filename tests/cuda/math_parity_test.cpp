// SPDX-License-Identifier: MIT
//
// Every math function: a device's outputs have the pinned hashes, as the host's have.
#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "cuda/device.h"
#include "cuda/math_on_device.h"
#include "support/tests_folder.h"

namespace levelgrad::testing {
namespace {

std::set<std::string> pinned_lines() {
  std::ifstream file(tests_folder() + "/golden/math-v1.txt");
  std::set<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.insert(line);
  return lines;
}

template <class Inputs>
class MathOnDevice : public ::testing::Test {};
using AllInputs = ::testing::Types<Random<double>, Random<float>, AllFloats>;
TYPED_TEST_SUITE(MathOnDevice, AllInputs);

TYPED_TEST(MathOnDevice, HasThePinnedBits) {
  LG_REQUIRE_DEVICE();
  const std::set<std::string> pinned = pinned_lines();
  for (const std::string& line : math_hashes_on_device<TypeParam>()) {
    EXPECT_TRUE(pinned.contains(line)) << "not in tests/golden/math-v1.txt: " << line;
  }
}

}  // namespace
}  // namespace levelgrad::testing
