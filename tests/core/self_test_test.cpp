// SPDX-License-Identifier: MIT
#include "levelgrad/self_test.h"

#include <gtest/gtest.h>

#include <cfenv>
#include <string>
#include <thread>

#include "levelgrad/error.h"

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace levelgrad {
namespace {

/// What check_arithmetic() says; "" where it finds nothing.
std::string complaint() {
  try {
    check_arithmetic();
  } catch (const ArithmeticError& error) {
    EXPECT_NE("", error.hint());
    return error.message();
  }
  return "";
}

TEST(SelfTest, FindsNothingInAFreshThread) {
  EXPECT_EQ("", complaint());
  std::string of_worker = "not run";
  std::thread([&] { of_worker = complaint(); }).join();
  EXPECT_EQ("", of_worker);
}

TEST(SelfTest, NamesEveryOtherRounding) {
  for (const int mode : {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO}) {
    ASSERT_EQ(0, std::fesetround(mode));
    const std::string said = complaint();
    ASSERT_EQ(0, std::fesetround(FE_TONEAREST));
    EXPECT_EQ(
        "this thread's arithmetic is not IEEE-754's: rounding is not to nearest, ties to even",
        said)
        << mode;
  }
  EXPECT_EQ("", complaint());
}

#if defined(__x86_64__)
TEST(SelfTest, NamesFlushToZeroAndDenormalsAreZero) {
  constexpr unsigned flush_to_zero = 0x8000, denormals_are_zero = 0x0040;
  const unsigned before = _mm_getcsr();
  const auto with = [&](unsigned bits) {
    _mm_setcsr(before | bits);
    const std::string said = complaint();
    _mm_setcsr(before);
    return said;
  };
  const std::string start = "this thread's arithmetic is not IEEE-754's: ";
  const std::string ftz = "subnormal results become zero (FTZ)";
  const std::string daz = "subnormal operands are taken for zero (DAZ)";
  EXPECT_EQ(start + ftz, with(flush_to_zero));
  EXPECT_EQ(start + daz, with(denormals_are_zero));
  EXPECT_EQ(start + ftz + ", " + daz, with(flush_to_zero | denormals_are_zero));
  EXPECT_EQ("", complaint());
}
#endif

}  // namespace
}  // namespace levelgrad
