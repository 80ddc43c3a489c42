// SPDX-License-Identifier: MIT
#include "levelgrad/diagnose.h"

#include <gtest/gtest.h>

#include "levelgrad/error.h"

namespace levelgrad {
namespace {

TEST(FindNonFinite, IsSilentWhereAllIsWell) {
  const Value a = 2.0;
  const Value b = a * 3;
  b.backward();
  EXPECT_FALSE(find_non_finite(b).has_value());
}

TEST(FindNonFinite, NamesTheFirstNodeInCanonicalOrder) {
  const Value a = 1e200;
  const Value one = a * a;      // inf
  const Value two = one - one;  // nan, but not the first
  const auto found = find_non_finite(two + 1);
  ASSERT_TRUE(found.has_value());
  EXPECT_FALSE(found->in_grad);
  EXPECT_NE(std::string::npos, found->description.find("data of '*' at diagnose_test.cpp:"))
      << found->description;
  EXPECT_NE(std::string::npos, found->description.find("(level 1) is inf; operands 1e+200, 1e+200"))
      << found->description;
}

TEST(FindNonFinite, FindsAGradWhereAllDataIsFinite) {
  const Value a = 0.0;
  a.set_label("a");
  const Value root = sqrt(a);
  root.backward();
  const auto found = find_non_finite(root);
  ASSERT_TRUE(found.has_value());
  EXPECT_TRUE(found->in_grad);
  EXPECT_NE(std::string::npos, found->description.find("grad of a leaf a at"))
      << found->description;
}

TEST(Error, HasAHintOnASecondLine) {
  const GraphError with("what failed", "do this");
  EXPECT_STREQ("what failed\nhint: do this", with.what());
  EXPECT_EQ("do this", with.hint());
  EXPECT_STREQ("what failed", GraphError("what failed").what());
  EXPECT_NE(std::string::npos, std::string(InternalError("x").what()).find("diagnose_test.cpp:"));
}

}  // namespace
}  // namespace levelgrad
