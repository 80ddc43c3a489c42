// SPDX-License-Identifier: MIT
#include "levelgrad/host/run_history.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "levelgrad/error.h"

namespace levelgrad::host {
namespace {

TEST(RunHistory, KeepsTheFirstOfTheBest) {
  RunHistory history;
  EXPECT_THROW((void)history.best(), ArgumentError);
  EXPECT_TRUE(history.add({0, 3.0, 50}));
  EXPECT_TRUE(history.add({1, 2.0, 50}));
  EXPECT_FALSE(history.add({2, 2.0, 90}));
  EXPECT_FALSE(history.add({3, 2.5, 90}));
  EXPECT_EQ(1, history.best().step);
  EXPECT_EQ(2U, history.reports_since_best());
  EXPECT_FALSE(history.exhausted(0));
  EXPECT_FALSE(history.exhausted(3));
  EXPECT_TRUE(history.exhausted(2));
}

TEST(RunHistory, JudgesByOtherExamplesWhereThereAreSome) {
  RunHistory history;
  history.add({0, 1.0, 50, Evaluation{5.0, 50}});
  EXPECT_TRUE(history.add({1, 9.0, 50, Evaluation{4.0, 50}}));
  EXPECT_FALSE(history.add({2, 0.0, 50, Evaluation{4.5, 50}}));
}

TEST(RunHistory, AnyNumberIsBetterThanNone) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  RunHistory history;
  history.add({0, nan, 50});
  EXPECT_FALSE(history.add({1, nan, 50}));
  EXPECT_TRUE(history.add({2, 1e300, 50}));
  EXPECT_FALSE(history.add({3, nan, 50}));
  EXPECT_EQ(2, history.best().step);
}

}  // namespace
}  // namespace levelgrad::host
