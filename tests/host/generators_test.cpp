// SPDX-License-Identifier: MIT
#include "levelgrad/host/generators.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <vector>

#include "levelgrad/error.h"
#include "support/dataset_bits.h"

namespace levelgrad::host {
namespace {

using levelgrad::testing::bits_hash;

std::map<double, int> label_counts(const Dataset& data) {
  std::map<double, int> counts;
  for (const double label : data.labels) ++counts[label];
  return counts;
}

/// How evenly the first half of a shuffled data set has a label: between 0.3 and 0.7.
void expect_shuffled(const Dataset& data) {
  const auto half = data.labels.begin() + static_cast<std::ptrdiff_t>(data.labels.size() / 2);
  const auto zeros = static_cast<double>(std::count(data.labels.begin(), half, 0.0));
  const auto all = static_cast<double>(std::count(data.labels.begin(), data.labels.end(), 0.0));
  EXPECT_NEAR(0.5, zeros / all, 0.2);
}

TEST(Generators, HaveTheSameBitsEverywhere) {
  EXPECT_EQ("66defe583465a422", bits_hash(make_circles(101, 0.1, 1337)));
  EXPECT_EQ("7cc1891ce8a9239f", bits_hash(make_blobs(101, 1.0, 1337)));
  EXPECT_EQ("5b748caaabba219c", bits_hash(make_xor(101, 0.1, 1337)));
  EXPECT_EQ("3aa0dfb4972be9b9", bits_hash(make_spiral(101, 0.02, 1337, 3)));
  EXPECT_EQ("2c965fde3e2d508f", bits_hash(make_sine(101, 0.1, 1337)));
}

TEST(Generators, CirclesHaveTheirRadiiAndEvenAngles) {
  const Dataset data = make_circles(101, 0, 1);
  ASSERT_EQ(202U, data.inputs.size());
  EXPECT_EQ((std::map<double, int>{{0, 50}, {1, 51}}), label_counts(data));
  expect_shuffled(data);
  std::vector<int> seen(51);
  for (std::size_t i = 0; i < 101; ++i) {
    const double x = data.inputs[2 * i], y = data.inputs[2 * i + 1];
    const bool inner = data.labels[i] == 1;
    EXPECT_NEAR(inner ? 0.8 : 1.0, std::hypot(x, y), 1e-15);
    const double turn = std::atan2(y, x) / (2 * std::numbers::pi) * (inner ? 51 : 50);
    EXPECT_NEAR(std::round(turn), turn, 1e-12);
    if (inner) ++seen[static_cast<std::size_t>(std::lround(turn) + 51) % 51];
  }
  EXPECT_EQ(std::vector<int>(51, 1), seen);
}

TEST(Generators, BlobsLieAroundTheirCenters) {
  const Dataset centers = make_blobs(4, 0, 7), data = make_blobs(20000, 0.5, 7);
  EXPECT_EQ((std::map<double, int>{{0, 2}, {1, 1}, {2, 1}}), label_counts(centers));
  EXPECT_EQ((std::map<double, int>{{0, 6667}, {1, 6667}, {2, 6666}}), label_counts(data));
  std::vector<double> center(6);
  for (std::size_t i = 0; i < 4; ++i) {
    const auto k = static_cast<std::size_t>(centers.labels[i]);
    for (std::size_t axis = 0; axis < 2; ++axis) {
      center[2 * k + axis] = centers.inputs[2 * i + axis];
      EXPECT_LE(std::abs(centers.inputs[2 * i + axis]), 10);
    }
  }
  double sum = 0, squares = 0;
  for (std::size_t i = 0; i < data.inputs.size(); ++i) {
    const auto k = static_cast<std::size_t>(data.labels[i / 2]);
    const double noise = data.inputs[i] - center[2 * k + i % 2];
    sum += noise;
    squares += noise * noise;
  }
  EXPECT_NEAR(0, sum / 40000, 0.01);
  EXPECT_NEAR(0.5, std::sqrt(squares / 40000), 0.01);
  EXPECT_EQ(5U, label_counts(make_blobs(100, 1, 7, 5)).size());
}

TEST(Generators, XorIsTheProductOfSigns) {
  const Dataset data = make_xor(1000, 0, 3);
  std::map<std::pair<bool, bool>, int> quadrants;
  for (std::size_t i = 0; i < 1000; ++i) {
    const double x = data.inputs[2 * i], y = data.inputs[2 * i + 1];
    EXPECT_EQ(x * y < 0 ? 1.0 : 0.0, data.labels[i]);
    EXPECT_LT(std::max(std::abs(x), std::abs(y)), 1.0);
    ++quadrants[{x < 0, y < 0}];
  }
  for (const auto& [signs, count] : quadrants) EXPECT_NEAR(250, count, 60);
  // The noise moves points, not labels.
  EXPECT_EQ(data.labels.size(), make_xor(1000, 0.5, 3).labels.size());
}

TEST(Generators, SpiralsWindOutward) {
  for (const std::size_t arms : {2U, 3U, 5U}) {
    const Dataset data = make_spiral(20 * arms, 0, 1, arms);
    EXPECT_EQ(arms, label_counts(data).size());
    for (const auto& [label, count] : label_counts(data)) EXPECT_EQ(20, count);
    for (std::size_t i = 0; i < data.example_count(); ++i) {
      const double x = data.inputs[2 * i], y = data.inputs[2 * i + 1];
      const double radius = std::hypot(x, y);
      EXPECT_NEAR(std::round(20 * radius), 20 * radius, 1e-12);
      const double angle =
          2 * std::numbers::pi * (1.75 * radius + data.labels[i] / static_cast<double>(arms));
      EXPECT_NEAR(radius * std::cos(angle), x, 1e-14);
      EXPECT_NEAR(radius * std::sin(angle), y, 1e-14);
    }
  }
}

TEST(Generators, TheSineIsOneFeature) {
  const Dataset plain = make_sine(2000, 0, 5), noisy = make_sine(2000, 0.2, 5);
  ASSERT_EQ(1U, plain.feature_count);
  ASSERT_EQ(2000U, plain.inputs.size());
  EXPECT_EQ(plain.inputs, noisy.inputs);
  double squares = 0, sum = 0;
  for (std::size_t i = 0; i < 2000; ++i) {
    EXPECT_LE(std::abs(plain.inputs[i]), 1);
    EXPECT_NEAR(std::sin(std::numbers::pi * plain.inputs[i]), plain.labels[i], 1e-15);
    sum += plain.inputs[i];
    squares += (noisy.labels[i] - plain.labels[i]) * (noisy.labels[i] - plain.labels[i]);
  }
  EXPECT_NEAR(0, sum / 2000, 0.05);
  EXPECT_NEAR(0.2, std::sqrt(squares / 2000), 0.01);
}

TEST(Generators, RefuseSizesWithoutMeaning) {
  EXPECT_THROW((void)make_circles(1, 0.1, 1), ArgumentError);
  EXPECT_THROW((void)make_blobs(2, 0.1, 1), ArgumentError);
  EXPECT_THROW((void)make_blobs(2, 0.1, 1, 0), ArgumentError);
  EXPECT_THROW((void)make_spiral(2, 0.1, 1, 3), ArgumentError);
  EXPECT_THROW((void)make_sine(0, 0.1, 1), ArgumentError);
  EXPECT_THROW((void)make_xor(10, -1, 1), ArgumentError);
  EXPECT_THROW((void)make_xor(10, std::nan(""), 1), ArgumentError);
  EXPECT_THROW((void)make_xor(std::size_t{1} << 32, 0, 1), ArgumentError);
}

}  // namespace
}  // namespace levelgrad::host
