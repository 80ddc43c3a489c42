// SPDX-License-Identifier: MIT
#include "levelgrad/diagnose.h"

#include <gtest/gtest.h>

#include "levelgrad/error.h"
#include "levelgrad/losses.h"
#include "levelgrad/record.h"

namespace levelgrad {
namespace {

/// mean(function(x, p)), recorded with p = initial and run over examples of one input each.
template <class Function>
std::optional<NonFinite> find(double initial, const std::vector<double>& x,
                              const Function& function) {
  const Value p = initial;
  p.set_label("p");
  const Program program = record(std::vector<Value>{p}, [&](Recording& example) {
    example.output("loss", mean(function(example.input("x"), p)));
  });
  const Batch batch = {x.size(), x};
  return find_non_finite(std::span(&program, 1), batch, std::span<const double>(&initial, 1));
}

void expect_text(const std::string& expected, const std::optional<NonFinite>& found) {
  ASSERT_TRUE(found.has_value());
  EXPECT_NE(std::string::npos, found->description.find(expected)) << found->description;
}

TEST(FindNonFinite, IsSilentWhereAllIsWell) {
  EXPECT_FALSE(find(2.0, {1.0, 2.0, 3.0}, [](const Value& x, const Value& p) { return x * p; }));
}

TEST(FindNonFinite, NamesTheFirstNodeInCanonicalOrder) {
  const auto found = find(1e200, {1e200}, [](const Value& x, const Value& p) {
    const Value one = x * p;      // inf
    const Value two = one - one;  // nan, but not the first
    return two + 1;
  });
  expect_text("data of '*' at diagnose_test.cpp:", found);
  expect_text("(level 1, example 0) is inf; operands 1e+200, 1e+200", found);
  EXPECT_FALSE(found->in_grad);
}

TEST(FindNonFinite, NamesTheLowestExample) {
  std::vector<double> x(300, 1.0);
  x[200] = 1e200;
  x[250] = 1e300;
  const auto found = find(1e200, x, [](const Value& a, const Value& p) { return a * p; });
  expect_text("(level 1, example 200) is inf", found);
  EXPECT_EQ(200U, found->example);
}

TEST(FindNonFinite, NamesANodeThatAllExamplesShare) {
  const auto found = find(1e200, {0.0}, [](const Value& x, const Value& p) { return x + p * p; });
  expect_text("data of '*' at diagnose_test.cpp:", found);
  expect_text("(level 1) is inf; operands 1e+200, 1e+200", found);
  EXPECT_FALSE(found->example.has_value());
}

TEST(FindNonFinite, NamesAJoinWhereTheExamplesAreFinite) {
  const auto found = find(1e308, {1.0, 1.0}, [](const Value& x, const Value& p) { return x * p; });
  expect_text("data of 'mean' at", found);
  EXPECT_TRUE(found->description.ends_with("is inf")) << found->description;
}

TEST(FindNonFinite, FindsAGradWhereAllDataIsFinite) {
  const auto root = [](const Value& x, const Value& p) { return sqrt(x + p); };
  const auto found = find(0.0, {1.0, 0.0, 0.0}, root);
  EXPECT_TRUE(found && found->in_grad);
  expect_text("grad of '+' at diagnose_test.cpp:", found);
  expect_text("(level 1, example 1) is inf; operands 0.0, 0.0", found);
}

TEST(FindNonFinite, FindsAGradThatOnlyTheSumOverflows) {
  const auto in_sum = find(0.0, {1.7e308, 1.7e308}, [](const Value& x, const Value& p) {
    return (x * p) * 1.5;  // the grad of p is the mean of 2.55e308, but each half of that is finite
  });
  EXPECT_TRUE(in_sum && in_sum->in_grad);
  expect_text("grad of parameter p at diagnose_test.cpp:", in_sum);
}

TEST(FindNonFinite, KnowsWhichProgramAnExampleHas) {
  const Value p = 1e200;
  const auto programs = std::vector<Program>{
      record(std::vector<Value>{p}, [&](Recording& e) { e.output("loss", sum(e.input("x") + p)); }),
      record(std::vector<Value>{p}, [&](Recording& e) { e.output("loss", sum(e.input("x") * p)); }),
  };
  const std::vector<double> x = {1e200, 1e200};
  const std::vector<std::uint32_t> which = {0, 1};
  const Batch batch = {2, x, Layout::ByInput, which};
  const double number = 1e200;
  const auto found = find_non_finite(std::span<const Program>(programs), batch,
                                     std::span<const double>(&number, 1));
  expect_text("data of '*' at diagnose_test.cpp:", found);
  EXPECT_EQ(1U, found->example);
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
