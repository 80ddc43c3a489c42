// SPDX-License-Identifier: MIT
#include "levelgrad/random.h"

#include <gtest/gtest.h>

#include "levelgrad/error.h"

namespace levelgrad {
namespace {

// Numbers by CPython 3.11: random.seed(s), then random.random().

TEST(PythonRandom, DrawsTheWeightsOfTheDemo) {
  PythonRandom random(1337);
  EXPECT_EQ(0.23550571390294128, random.uniform(-1, 1));
  EXPECT_EQ(0.06653114721000164, random.uniform(-1, 1));
  EXPECT_EQ(-0.26830328150124894, random.uniform(-1, 1));
}

TEST(PythonRandom, EqualsPythonForSeedsOfOneAndTwoWords) {
  struct Case {
    std::uint64_t seed;
    double first, second, at_702;
  };
  const Case cases[] = {
      {0, 0.8444218515250481, 0.7579544029403025, 0.17337386483746886},
      {42, 0.6394267984578837, 0.025010755222666936, 0.9084114452126061},
      {4294967296, 0.11299430095636409, 0.41782886486292836, 0.8032702325138348},
      {12345678901234567890U, 0.5120180983871961, 0.9318805526703359, 0.5953648142314137},
      {18446744073709551615U, 0.021825695401270107, 0.3380953268613758, 0.8811024436625315},
  };
  for (const Case& expected : cases) {
    PythonRandom random(expected.seed);
    EXPECT_EQ(expected.first, random.random()) << expected.seed;
    EXPECT_EQ(expected.second, random.random()) << expected.seed;
    double last = 0;
    for (int i = 0; i < 700; ++i) last = random.random();
    EXPECT_EQ(expected.at_702, last) << expected.seed;
  }
}

// Numbers by EurekaLabsAI/micrograd's utils.py, RNG(42).

TEST(XorShift64Star, DrawsTheWordsOfTheOriginal) {
  XorShift64Star random(42);
  for (const std::uint32_t word : {1456360119U, 3359763283U, 3393612768U, 4054632243U}) {
    EXPECT_EQ(word, random.next());
  }
}

TEST(XorShift64Star, ItsNumbersHave24Bits) {
  XorShift64Star random(42);
  EXPECT_EQ(0.3390852212905884, random.random());
  EXPECT_EQ(0.7822558283805847, random.random());
  XorShift64Star again(42);
  EXPECT_EQ(-1 + 4 * 0.3390852212905884, again.uniform(-1, 3));
}

TEST(XorShift64Star, RefusesTheSeedThatStandsStill) {
  EXPECT_THROW(XorShift64Star(0), ArgumentError);
  EXPECT_NE(0U, XorShift64Star(1).next());
}

}  // namespace
}  // namespace levelgrad
