// SPDX-License-Identifier: MIT
#include "levelgrad/host/nearest.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace levelgrad::host {
namespace {

const std::vector<std::string> names = {"hidden", "seed", "steps", "weights", "weight-decay", "lr"};

TEST(Nearest, FindsOneDifferenceOfEachKind) {
  EXPECT_EQ("hidden", nearest("hiden", names));    // less
  EXPECT_EQ("hidden", nearest("hiddden", names));  // more
  EXPECT_EQ("hidden", nearest("hodden", names));   // another
  EXPECT_EQ("seed", nearest("sede", names));       // changed places: one, where length allows one
}

TEST(Nearest, TakesAThirdOfTheLengthAndNoMore) {
  EXPECT_EQ("weights", nearest("wieghst", names));  // two of seven
  EXPECT_EQ("", nearest("wieghsx", names));         // three of seven
  EXPECT_EQ("lr", nearest("lrr", names));
  EXPECT_EQ("", nearest("lx", names));
  EXPECT_EQ("", nearest("speed", std::vector<std::string>{"steps"}));
}

TEST(Nearest, TakesTheLeastThenTheFirst) {
  EXPECT_EQ("abcdef", nearest("abcdex", std::vector<std::string>{"abcdyz", "abcdef", "abcdeg"}));
}

TEST(Nearest, TakesCapitalLettersForSmallOnes) {
  EXPECT_EQ("lr", nearest("LR", names));
  EXPECT_EQ("Target", nearest("tagret", std::vector<std::string>{"Target"}));
}

TEST(Nearest, FindsNothingAmongNothing) {
  EXPECT_EQ("", nearest("word", {}));
  EXPECT_EQ("", nearest("", names));
  EXPECT_EQ("", nearest("", std::vector<std::string>{""}));
  EXPECT_EQ("", nearest(std::string(1'000'000, 'x'), names));
}

}  // namespace
}  // namespace levelgrad::host
