// SPDX-License-Identifier: MIT
#include "levelgrad/host/dataset.h"

#include <gtest/gtest.h>

#include "levelgrad/error.h"

namespace levelgrad::host {
namespace {

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
