// SPDX-License-Identifier: MIT
#include "levelgrad/host/standardization.h"

#include <gtest/gtest.h>

#include <cmath>

#include "levelgrad/error.h"

namespace levelgrad::host {
namespace {

using Names = std::vector<std::string>;
using Numbers = std::vector<double>;
using Rows = std::vector<std::uint32_t>;

const Names two = {"a", "b"};
const Dataset data = {2, {1, 10, 2, 20, 3, 60, 100, 7}, {0, 0, 0, 0}};

std::string error_of(const Dataset& broken, const Rows& rows) {
  try {
    (void)fit_standardization(broken, rows, two);
  } catch (const Error& error) {
    return error.message();
  }
  return "no Error";
}

TEST(Standardization, IsScikitLearnsOverTheRowsGiven) {
  const Standardization fitted = fit_standardization(data, Rows{0, 1, 2}, two);
  EXPECT_EQ((Numbers{2, 30}), fitted.means);
  EXPECT_EQ((Numbers{std::sqrt(2.0 / 3), std::sqrt(1400.0 / 3)}), fitted.scales);
}

TEST(Standardization, SumsInTheOrderOfTheRows) {
  const Dataset sensitive = {1, {1e16, 1, -1e16, 1}, {0, 0, 0, 0}};
  const Names one = {"a"};
  EXPECT_EQ(0.25, fit_standardization(sensitive, Rows{0, 1, 2, 3}, one).means[0]);
  EXPECT_EQ(0.5, fit_standardization(sensitive, Rows{0, 2, 1, 3}, one).means[0]);
}

TEST(Standardization, GivesMeanZeroAndDeviationOne) {
  Dataset changed = data;
  const Rows rows = {0, 1, 2, 3};
  standardize(fit_standardization(data, rows, two), changed.inputs);
  const Standardization after = fit_standardization(changed, rows, two);
  for (std::size_t k = 0; k < 2; ++k) {
    EXPECT_NEAR(0, after.means[k], 1e-15);
    EXPECT_NEAR(1, after.scales[k], 1e-15);
  }
  const Standardization simple = {{1, 2}, {2, 4}};
  Numbers inputs = {3, 2, -1, 10};
  standardize(simple, inputs);
  EXPECT_EQ((Numbers{1, 0, -1, 2}), inputs);
}

TEST(Standardization, TurnsConstantColumnsInto0) {
  // The mean of three times 0.1 is another number.
  Dataset constant = {2, {1, 0.1, 2, 0.1, 3, 0.1, 4, 5}, {0, 0, 0, 0}};
  const Rows rows = {0, 1, 2};
  EXPECT_EQ(std::vector<std::size_t>{1}, constant_features(constant, rows));
  const Standardization fitted = fit_standardization(constant, rows, two);
  EXPECT_EQ((Numbers{2, 0.1}), fitted.means);
  EXPECT_EQ((Numbers{std::sqrt(2.0 / 3), 1}), fitted.scales);
  standardize(fitted, constant.inputs);
  EXPECT_EQ(0, constant.inputs[1]);
  EXPECT_EQ(5 - 0.1, constant.inputs[7]);  // of a row that was not among them
  EXPECT_EQ(std::vector<std::size_t>{}, constant_features(data, rows));
}

TEST(Standardization, RefusesNumbersWithoutSpread) {
  EXPECT_EQ("every input is the same number in all training examples", error_of(data, {1}));
  EXPECT_EQ("column 'b' has numbers whose squares double cannot hold",
            error_of({2, {1, 1e200, 2, -1e200}, {0, 0}}, {0, 1}));
  EXPECT_EQ("column 'a' has numbers whose squares double cannot hold",
            error_of({2, {1e-200, 1, 2e-200, 3}, {0, 0}}, {0, 1}));
}

TEST(Standardization, RefusesWhatDoesNotFit) {
  EXPECT_THROW((void)fit_standardization(data, Rows{}, two), ArgumentError);
  EXPECT_THROW((void)fit_standardization(data, Rows{0, 4}, two), ShapeError);
  EXPECT_THROW((void)fit_standardization(data, Rows{0, 1}, Names{"a"}), ShapeError);
  Numbers three(3);
  EXPECT_THROW(standardize({{0, 0}, {1, 1}}, three), ShapeError);
  EXPECT_THROW(standardize({}, three), ShapeError);
}

}  // namespace
}  // namespace levelgrad::host
