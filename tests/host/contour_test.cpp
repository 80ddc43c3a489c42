// SPDX-License-Identifier: MIT
#include "levelgrad/host/contour.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <set>
#include <vector>

#include "levelgrad/error.h"

namespace levelgrad::host {
namespace {

/// f at every corner of a grid, [ny, nx].
template <class F>
std::vector<double> sample(std::size_t nx, std::size_t ny, F f) {
  std::vector<double> field;
  for (std::size_t y = 0; y < ny; ++y) {
    for (std::size_t x = 0; x < nx; ++x) {
      field.push_back(f(static_cast<double>(x), static_cast<double>(y)));
    }
  }
  return field;
}

double distance(Point a, Point b) { return std::hypot(a.x - b.x, a.y - b.y); }

TEST(Contour, OfACircleIsOneClosedLineOnTheCircle) {
  const auto field =
      sample(41, 31, [](double x, double y) { return std::hypot(x - 20.3, y - 14.7); });
  const auto lines = contour(field, 41, 31, 9.0);
  ASSERT_EQ(lines.size(), 1u);
  const std::vector<Point>& line = lines[0];
  ASSERT_GT(line.size(), 40u);
  EXPECT_EQ(line.front(), line.back());
  double length = 0;
  for (std::size_t i = 1; i < line.size(); ++i) {
    EXPECT_NEAR(distance(line[i], {20.3, 14.7}), 9.0, 0.02);
    EXPECT_LE(distance(line[i - 1], line[i]), std::sqrt(2.0));
    length += distance(line[i - 1], line[i]);
  }
  EXPECT_NEAR(length, 2 * 3.14159265 * 9.0, 0.2);  // once around, not twice
}

TEST(Contour, OfAPlaneIsOneOpenLineFromBorderToBorder) {
  const auto field = sample(5, 4, [](double x, double) { return x; });
  const auto lines = contour(field, 5, 4, 1.25);
  ASSERT_EQ(lines.size(), 1u);
  ASSERT_EQ(lines[0].size(), 4u);
  for (const Point& point : lines[0]) {
    EXPECT_DOUBLE_EQ(point.x, 1.25);
  }
  EXPECT_EQ(std::set({lines[0].front().y, lines[0].back().y}), std::set({0.0, 3.0}));
}

/// The ends of a line of two points, the one with the smaller x first.
using Segment = std::array<double, 4>;

Segment segment(Point a, Point b) {
  return a.x < b.x ? Segment{a.x, a.y, b.x, b.y} : Segment{b.x, b.y, a.x, a.y};
}

/// The lines at level 0 in one cell.
std::set<Segment> saddle(std::array<double, 4> corners) {
  std::set<Segment> segments;
  for (const auto& line : contour(corners, 2, 2, 0)) {
    EXPECT_EQ(line.size(), 2u);
    segments.insert(segment(line.front(), line.back()));
  }
  return segments;
}

TEST(Contour, ASaddleFollowsItsMean) {
  // Mean above: the high corners (upper left, lower right) are joined, the low ones cut off.
  EXPECT_EQ(saddle({3, -1, -1, 3}), (std::set{segment({0.75, 0}, {1, 0.25}),  //
                                              segment({0, 0.75}, {0.25, 1})}));
  // Mean below: the low ones are joined.
  EXPECT_EQ(saddle({1, -3, -3, 1}), (std::set{segment({0.25, 0}, {0, 0.25}),  //
                                              segment({1, 0.75}, {0.75, 1})}));
}

TEST(Contour, SkipsCellsThatAreNotFinite) {
  auto field = sample(6, 3, [](double, double y) { return y - 0.5; });
  field[2] = std::numeric_limits<double>::quiet_NaN();
  auto lines = contour(field, 6, 3, 0);
  ASSERT_EQ(lines.size(), 2u);  // the cells at columns 1 and 2 are gone
  EXPECT_EQ(lines[0].size(), 2u);
  EXPECT_EQ(lines[1].size(), 3u);
  field[2] = -std::numeric_limits<double>::infinity();
  EXPECT_EQ(contour(field, 6, 3, 0), lines);
}

TEST(Contour, CornersOnTheLevelGiveNoPointTwice) {
  const auto field = sample(7, 7, [](double x, double y) { return x + y - 6; });
  const auto lines = contour(field, 7, 7, 0);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].size(), 7u);
  for (const Point& point : lines[0]) {
    EXPECT_DOUBLE_EQ(point.x + point.y, 6);
  }
}

TEST(Contour, OfAFlatOrTinyFieldIsEmpty) {
  EXPECT_TRUE(contour(std::vector<double>(12, 0.0), 4, 3, 0).empty());
  EXPECT_TRUE(contour(std::vector<double>{-1, 1}, 2, 1, 0).empty());
  EXPECT_TRUE(contour({}, 0, 0, 0).empty());
}

TEST(Contour, RefusesAFieldOfAnotherSize) {
  EXPECT_THROW((void)contour(std::vector<double>(5), 2, 3, 0), ShapeError);
  EXPECT_THROW((void)contour(std::vector<double>(5), 0, 3, 0), ShapeError);
  EXPECT_THROW((void)contour(std::vector<double>(4), SIZE_MAX / 2 + 2, 4, 0), ShapeError);
}

}  // namespace
}  // namespace levelgrad::host
