// SPDX-License-Identifier: MIT
#include "levelgrad/number_text.h"

#include <gtest/gtest.h>

#include <bit>
#include <cstdlib>
#include <limits>
#include <random>

namespace levelgrad {
namespace {

TEST(Shortest, WritesAsPythonsReprDoes) {
  EXPECT_EQ("1.0", shortest(1.0));
  EXPECT_EQ("-0.0", shortest(-0.0));
  EXPECT_EQ("0.1", shortest(0.1));
  EXPECT_EQ("24.70408163265306", shortest(24.70408163265306));
  EXPECT_EQ("0.0001", shortest(1e-4));
  EXPECT_EQ("1e-05", shortest(1e-5));
  EXPECT_EQ("-1.5e-07", shortest(-1.5e-7));
  EXPECT_EQ("1234567890123456.0", shortest(1234567890123456.0));
  EXPECT_EQ("1e+16", shortest(1e16));
  EXPECT_EQ("1.7976931348623157e+308", shortest(std::numeric_limits<double>::max()));
  EXPECT_EQ("5e-324", shortest(std::numeric_limits<double>::denorm_min()));
  EXPECT_EQ("inf", shortest(std::numeric_limits<double>::infinity()));
  EXPECT_EQ("-inf", shortest(-std::numeric_limits<double>::infinity()));
  EXPECT_EQ("nan", shortest(std::numeric_limits<double>::quiet_NaN()));
}

TEST(Shortest, CountsDigitsOfTheTypeItIsGiven) {
  EXPECT_EQ("0.1", shortest(0.1F));
  EXPECT_EQ("0.10000000149011612", shortest(static_cast<double>(0.1F)));
}

TEST(Shortest, ReadsBackAsTheSameBits) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 100000; ++i) {
    const double number = std::bit_cast<double>(random());
    if (number != number) continue;
    const double back = std::strtod(shortest(number).c_str(), nullptr);
    ASSERT_EQ(std::bit_cast<std::uint64_t>(number), std::bit_cast<std::uint64_t>(back));
  }
}

}  // namespace
}  // namespace levelgrad
