// SPDX-License-Identifier: MIT
#include "levelgrad/host/dataset.h"

#include <gtest/gtest.h>

#include <cmath>

#include "levelgrad/error.h"
#include "support/dataset_bits.h"

namespace levelgrad::host {
namespace {

using levelgrad::testing::bits_hash;

std::string data_error(const std::string& text) {
  try {
    (void)parse_dataset(text, "points.csv");
  } catch (const DataError& error) {
    return error.what();
  }
  return "no DataError";
}

TEST(Dataset, MoonsAreTheDemosPoints) {
  const Dataset& data = moons();
  ASSERT_EQ(100U, data.example_count());
  ASSERT_EQ(2U, data.feature_count);
  EXPECT_EQ(1.1221146075409683, data.inputs[0]);
  EXPECT_EQ(0.08147717341718697, data.inputs[1]);
  EXPECT_EQ(-1.0, data.labels[0]);
  int positive = 0;
  for (const double label : data.labels) positive += label == 1 ? 1 : 0;
  EXPECT_EQ(50, positive);
}

TEST(MakeMoons, HasTheSameBitsEverywhere) {
  PythonRandom random(1337);
  EXPECT_EQ("bddd12863d522c70", bits_hash(make_moons(1000, 0.1, random)));
  PythonRandom again(7);
  EXPECT_EQ("8b125b60d7ad2177", bits_hash(make_moons(7, 0.25, again)));
}

TEST(MakeMoons, PointsLieOnTheHalfCircles) {
  PythonRandom random(1);
  const Dataset data = make_moons(101, 0.0, random);
  ASSERT_EQ(101U, data.example_count());
  ASSERT_EQ(202U, data.inputs.size());
  int lower = 0;
  for (std::size_t i = 0; i < 101; ++i) {
    const double x = data.inputs[2 * i], y = data.inputs[2 * i + 1];
    if (data.labels[i] == 1) {
      ++lower;
      EXPECT_NEAR(1.0, std::hypot(x - 1.0, y - 0.5), 1e-15);
      EXPECT_LE(y, 0.5);
    } else {
      EXPECT_EQ(-1.0, data.labels[i]);
      EXPECT_NEAR(1.0, std::hypot(x, y), 1e-15);
      EXPECT_GE(y, 0.0);
    }
  }
  EXPECT_EQ(51, lower);
}

TEST(MakeMoons, NoiseHasItsStandardDeviation) {
  PythonRandom plain(3), noisy(3);
  const Dataset a = make_moons(20000, 0.0, plain), b = make_moons(20000, 0.1, noisy);
  double sum = 0, squares = 0;
  for (std::size_t k = 0; k < a.inputs.size(); ++k) {
    const double noise = b.inputs[k] - a.inputs[k];
    sum += noise;
    squares += noise * noise;
  }
  EXPECT_NEAR(0.0, sum / 40000, 0.002);
  EXPECT_NEAR(0.1, std::sqrt(squares / 40000), 0.002);
}

TEST(MakeMoons, RefusesSizesWithoutMeaning) {
  PythonRandom random(1);
  EXPECT_THROW((void)make_moons(1, 0.1, random), ArgumentError);
  EXPECT_THROW((void)make_moons(10, -1, random), ArgumentError);
  EXPECT_THROW((void)make_moons(10, std::nan(""), random), ArgumentError);
}

TEST(Dataset, PutsTheLabelBehindTheInputs) {
  const Dataset data = {2, {1, 2, 3, 4}, {-1, 1}};
  EXPECT_EQ((std::vector<double>{1, 2, -1, 3, 4, 1}), inputs_and_labels(data));
}

TEST(Dataset, ReadsLineEndsOfBothKinds) {
  const Dataset data = parse_dataset("a,b,y\r\n1,2,3\r\n4,5,6", "points.csv");
  EXPECT_EQ((std::vector<double>{1, 2, 4, 5}), data.inputs);
  EXPECT_EQ((std::vector<double>{3, 6}), data.labels);
}

TEST(Dataset, NamesTheCellThatIsWrong) {
  EXPECT_EQ("points.csv, line 3, column 2: 'x' is not a finite number",
            data_error("a,y\n1,2\n3,x\n"));
  EXPECT_EQ("points.csv, line 2, column 1: '' is not a finite number", data_error("a,y\n,2\n"));
  EXPECT_EQ("points.csv, line 2, column 1: 'nan' is not a finite number",
            data_error("a,y\nnan,2\n"));
  EXPECT_EQ("points.csv, line 2, column 1: '1e999' is not a finite number",
            data_error("a,y\n1e999,2"));
  EXPECT_EQ("points.csv, line 2, column 2: '2 ' is not a finite number", data_error("a,y\n1,2 \n"));
  EXPECT_EQ("points.csv, line 2: 3 cells where the header has 2", data_error("a,y\n1,2,3\n"));
  EXPECT_EQ("points.csv: no examples", data_error("a,y\n"));
  EXPECT_EQ("points.csv: one input and a label are needed at least", data_error(""));
}

}  // namespace
}  // namespace levelgrad::host
