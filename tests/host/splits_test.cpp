// SPDX-License-Identifier: MIT
#include "levelgrad/host/splits.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "levelgrad/error.h"

namespace levelgrad::host {
namespace {

using Places = std::vector<std::uint32_t>;
using Labels = std::vector<double>;
using Fractions = std::array<double, 3>;

/// Labels of classes of these sizes, one class behind the other.
Labels classes_of(const std::vector<int>& sizes) {
  Labels labels;
  for (std::size_t k = 0; k < sizes.size(); ++k) {
    labels.insert(labels.end(), static_cast<std::size_t>(sizes[k]), static_cast<double>(k));
  }
  return labels;
}

/// [class]: how many of the places have it.
std::vector<int> counts(const Places& places, const Labels& labels, std::size_t class_count) {
  std::vector<int> counts(class_count);
  for (const std::uint32_t place : places) ++counts[static_cast<std::size_t>(labels[place])];
  return counts;
}

void expect_each_place_once(const Split& split, std::size_t count) {
  Places all = split.train;
  all.insert(all.end(), split.validation.begin(), split.validation.end());
  all.insert(all.end(), split.test.begin(), split.test.end());
  std::ranges::sort(all);
  ASSERT_EQ(count, all.size());
  for (std::size_t i = 0; i < count; ++i) EXPECT_EQ(i, all[i]);
}

std::string error_of(const Labels& labels, std::size_t class_count, const Fractions& fractions) {
  try {
    (void)split_examples(labels, class_count, fractions, 1);
  } catch (const ArgumentError& error) {
    return error.message();
  }
  return "no ArgumentError";
}

TEST(Splits, ShareOutEachClass) {
  const Labels labels = classes_of({50, 50, 50});
  const Split split = split_examples(labels, 3, {0.8, 0.1, 0.1}, 1);
  expect_each_place_once(split, 150);
  EXPECT_EQ((std::vector<int>{40, 40, 40}), counts(split.train, labels, 3));
  EXPECT_EQ((std::vector<int>{5, 5, 5}), counts(split.validation, labels, 3));
  EXPECT_EQ((std::vector<int>{5, 5, 5}), counts(split.test, labels, 3));
}

TEST(Splits, GiveWhatIsLeftToTheLargestRemainders) {
  // 17: 11.9, 3.4, 1.7; 9: 6.3, 1.8, 0.9; 3: 2.1, 0.6, 0.3
  const Labels labels = classes_of({17, 9, 3});
  const Split split = split_examples(labels, 3, {0.7, 0.2, 0.1}, 5);
  expect_each_place_once(split, 29);
  EXPECT_EQ((std::vector<int>{12, 6, 2}), counts(split.train, labels, 3));
  EXPECT_EQ((std::vector<int>{3, 2, 1}), counts(split.validation, labels, 3));
  EXPECT_EQ((std::vector<int>{2, 1, 0}), counts(split.test, labels, 3));
}

TEST(Splits, LeaveAnExampleOfEachClassForTraining) {
  const Labels labels = classes_of({20, 2, 1});
  const Split split = split_examples(labels, 3, {0.1, 0.45, 0.45}, 1);
  expect_each_place_once(split, 23);
  EXPECT_EQ((std::vector<int>{2, 1, 0}), counts(split.train, labels, 3));
}

TEST(Splits, WholePartsAreWhole) {
  const Split split = split_examples(classes_of({5, 4}), 2, {1, 0, 0}, 1);
  EXPECT_EQ(9U, split.train.size());
  EXPECT_TRUE(split.validation.empty());
  EXPECT_TRUE(split.test.empty());
}

TEST(Splits, NumbersAreOneClass) {
  const Labels labels = {0.5, -3, 1e9, 2, 2, 2, 7, 8, 9, 10};
  const Split split = split_examples(labels, 0, {0.6, 0.2, 0.2}, 1);
  expect_each_place_once(split, 10);
  EXPECT_EQ(6U, split.train.size());
  EXPECT_EQ(2U, split.validation.size());
}

TEST(Splits, AreTheSameEverywhere) {
  const Split split = split_examples(classes_of({6, 4}), 2, {0.5, 0.25, 0.25}, 1337);
  EXPECT_EQ((Places{1, 3, 0, 6, 7}), split.train);
  EXPECT_EQ((Places{5, 2, 9}), split.validation);
  EXPECT_EQ((Places{8, 4}), split.test);
  const Split other = split_examples(classes_of({6, 4}), 2, {0.5, 0.25, 0.25}, 1338);
  EXPECT_NE(split.train, other.train);
}

TEST(Splits, MixTheClassesInsideAPart) {
  const Split split = split_examples(classes_of({100, 100}), 2, {0.8, 0.1, 0.1}, 1);
  const auto first_half = split.train.begin() + 80;
  const auto low = std::count_if(split.train.begin(), first_half,
                                 [](std::uint32_t place) { return place < 100; });
  EXPECT_GT(low, 25);
  EXPECT_LT(low, 55);
}

TEST(Splits, RefuseFractionsAndLabelsWithoutMeaning) {
  const Labels labels = classes_of({5, 5});
  EXPECT_EQ("the parts of the examples must add up to 1, not 0.9",
            error_of(labels, 2, {0.8, 0.1, 0}));
  EXPECT_NE("no ArgumentError", error_of(labels, 2, {1.2, -0.1, -0.1}));
  EXPECT_NE("no ArgumentError", error_of(labels, 2, {std::nan(""), 0.5, 0.5}));
  EXPECT_NE("no ArgumentError", error_of(labels, 2, {0, 0.5, 0.5}));
  EXPECT_EQ("label 1.0 of example 5 is not one of 1 classes",
            error_of(classes_of({5, 1}), 1, {1, 0, 0}));
  EXPECT_NE("no ArgumentError", error_of({0, 0.5}, 2, {1, 0, 0}));
  EXPECT_NE("no ArgumentError", error_of({0, -1}, 2, {1, 0, 0}));
  EXPECT_NE("no ArgumentError", error_of({0, std::nan("")}, 2, {1, 0, 0}));
}

TEST(Splits, RefusePartsThatStayEmpty) {
  EXPECT_EQ("a split of 3 examples into 2, 1 and 0 leaves a part empty",
            error_of({1, 2, 3}, 0, {0.6, 0.3, 0.1}));
  EXPECT_NE("no ArgumentError", error_of({}, 0, {1, 0, 0}));
}

}  // namespace
}  // namespace levelgrad::host
