// SPDX-License-Identifier: MIT
#include "levelgrad/host/boundary_plot.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "axis_ticks.h"
#include "levelgrad/error.h"
#include "levelgrad/host/png_canvas.h"
#include "levelgrad/host/svg_canvas.h"
#include "noting_canvas.h"
#include "plot_layout.h"
#include "png_reader.h"
#include "score_field.h"

namespace levelgrad::host {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

/// Scores 4x on [-1, 1] x [-1, 1]: class 0 on the left, class 1 on the right.
BoundaryPlot two_halves() {
  BoundaryPlot plot;
  plot.title = "two halves";
  plot.x_range = {-1, 1};
  plot.y_range = {-1, 1};
  plot.nx = plot.ny = 9;
  for (std::size_t i = 0; i < 81; ++i) {
    plot.scores.push_back(static_cast<double>(i % 9) - 4);
  }
  plot.points = {{-0.5, 0.5, 0}, {0.5, -0.5, 1}};
  return plot;
}

/// Three scores: class 2 above y = 0, below it class 0 on the left and 1 on the right.
BoundaryPlot three_parts() {
  BoundaryPlot plot = two_halves();
  plot.score_count = 3;
  plot.scores.clear();
  for (int row = 0; row < 9; ++row) {
    for (int column = 0; column < 9; ++column) {
      const double x = column - 4;
      const double y = row - 4;
      plot.scores.insert(plot.scores.end(), {-x, x, 10 * y});
    }
  }
  return plot;
}

/// The color that the picture has at this place of the data.
Color color_at(const BoundaryPlot& plot, double x, double y) {
  const Size size = fitting_size(plot);
  PngCanvas canvas(size);
  draw(plot, canvas);
  const Point place = lay_out(plot, size).place(plot, x, y);
  return pixel_at(canvas.pixels(), static_cast<std::size_t>(2 * place.x),
                  static_cast<std::size_t>(2 * place.y));
}

void expect_near(Color actual, Color expected) {
  EXPECT_NEAR(actual.r, expected.r, 4) << actual << expected;
  EXPECT_NEAR(actual.g, expected.g, 4) << actual << expected;
  EXPECT_NEAR(actual.b, expected.b, 4) << actual << expected;
}

TEST(BoundaryPlot, RegionsHaveTheColorOfTheirClassAndConfidence) {
  const BoundaryPlot plot = two_halves();
  expect_near(color_at(plot, -0.9, 0.1), region_color(0, 3.6));
  expect_near(color_at(plot, 0.9, 0.1), region_color(1, 3.6));
  expect_near(color_at(plot, 0.07, 0.1), region_color(1, 0.28));
}

TEST(BoundaryPlot, RowZeroIsAtTheBottom) {
  const BoundaryPlot plot = three_parts();
  expect_near(color_at(plot, 0.3, 0.9), region_color(2, 36 - 1.2));
  expect_near(color_at(plot, -0.9, -0.9), region_color(0, 7.2));
  expect_near(color_at(plot, 0.9, -0.9), region_color(1, 7.2));
}

TEST(BoundaryPlot, PointsAndTheDecisionLineAreOnTop) {
  const BoundaryPlot plot = two_halves();
  EXPECT_EQ(color_at(plot, -0.5, 0.5), point_color(0));
  EXPECT_EQ(color_at(plot, 0.5, -0.5), point_color(1));
  const Color line = color_at(plot, 0, 0.3);
  EXPECT_LT(line.r + line.g + line.b, 150);
}

TEST(BoundaryPlot, ValidationPointsAreHollow) {
  BoundaryPlot plot = two_halves();
  plot.validation_points = {{-0.5, -0.5, 0}, {0.5, 0.5, 1}};
  EXPECT_EQ(color_at(plot, -0.5, 0.5), point_color(0));
  EXPECT_EQ(color_at(plot, -0.5, -0.5), (Color{255, 255, 255}));
  EXPECT_EQ(color_at(plot, 0.5, 0.5), (Color{255, 255, 255}));
  const auto circles = [](const BoundaryPlot& drawn) {
    const NotingCanvas canvas(drawn);
    EXPECT_EQ(canvas.shows("validation"), !drawn.validation_points.empty());
    return canvas.circles;
  };
  const NotingCanvas::Circle ring = circles(plot).back();
  EXPECT_EQ(ring.outline.color, point_color(0));
  EXPECT_EQ(ring.fill, (Color{255, 255, 255}));
  plot.validation_points[0].class_index = 2;
  EXPECT_THROW((void)fitting_size(plot), ArgumentError);
  EXPECT_EQ(circles(two_halves()).back().fill, point_color(0));
}

TEST(BoundaryPlot, DrawsMarginsUnlessToldNotTo) {
  BoundaryPlot plot = two_halves();
  const auto dashed = [](const BoundaryPlot& drawn) {
    const NotingCanvas canvas(drawn);
    EXPECT_EQ(canvas.shows("score -1, +1"), drawn.margins);
    return std::ranges::count_if(
        canvas.lines, [](const NotingCanvas::Line& line) { return line.stroke.dash > 0; });
  };
  EXPECT_EQ(dashed(plot), 3);  // two margins and the legend
  plot.margins = false;
  EXPECT_EQ(dashed(plot), 0);
}

TEST(BoundaryPlot, UnknownPlacesAreGrey) {
  BoundaryPlot plot = two_halves();
  plot.scores[4 * 9 + 7] = nan;  // x = 0.75, y = 0
  EXPECT_EQ(color_at(plot, 0.72, 0.03), (Color{200, 200, 200}));
}

TEST(BoundaryPlot, InfiniteScoresAreDrawnAsSure) {
  BoundaryPlot plot = two_halves();
  for (double& score : plot.scores) {
    score *= infinity;  // 0 * infinity: NaN in the middle column
  }
  expect_near(color_at(plot, 0.9, 0.1), region_color(1, infinity));
  expect_near(color_at(plot, -0.9, 0.1), region_color(0, infinity));
}

TEST(BoundaryPlot, DrawsTheSameBytesAgain) {
  for (const BoundaryPlot& plot : {two_halves(), three_parts()}) {
    const Size size = fitting_size(plot, 320);
    PngCanvas png_a(size, 1), png_b(size, 1);
    SvgCanvas svg_a(size), svg_b(size);
    draw(plot, png_a);
    draw(plot, png_b);
    draw(plot, svg_a);
    draw(plot, svg_b);
    EXPECT_EQ(png_a.png(), png_b.png());
    EXPECT_EQ(svg_a.svg(), svg_b.svg());
  }
}

TEST(BoundaryPlot, AUnitIsEquallyLongOnBothAxes) {
  BoundaryPlot plot = two_halves();
  plot.x_range = {-1.75, 2.75};
  plot.y_range = {-1.25, 1.75};
  for (const Size size : {fitting_size(plot), Size{500, 900}, Size{900, 300}}) {
    const Rect area = lay_out(plot, size).area;
    EXPECT_NEAR(area.width / 4.5, area.height / 3.0, 0.4);
    EXPECT_LE(area.right(), size.width);
    EXPECT_LE(area.bottom(), size.height);
  }
  plot.x_range = {0, 1e6};  // a strip three millionths as high as wide would show nothing
  EXPECT_GT(lay_out(plot, fitting_size(plot)).area.height, 100);
}

TEST(BoundaryPlot, LegendNamesTheClassesAndLines) {
  BoundaryPlot plot = two_halves();
  plot.class_names = {"cats & dogs"};
  SvgCanvas canvas(fitting_size(plot));
  draw(plot, canvas);
  const std::string svg = canvas.svg();
  for (const char* text : {">cats &amp; dogs<", ">class 1<", ">decision line<", ">score -1, +1<",
                           ">two halves<", ">x0<", ">x1<"}) {
    EXPECT_NE(svg.find(text), std::string::npos) << text;
  }
}

TEST(BoundaryPlot, DecisionLinesRunBetweenTheClasses) {
  for (const auto& line : decision_lines(two_halves())) {
    for (const Point& point : line) {
      EXPECT_NEAR(point.x, 0, 1e-12);
    }
  }
  const BoundaryPlot plot = three_parts();
  const auto lines = decision_lines(plot);
  ASSERT_FALSE(lines.empty());
  for (const auto& line : lines) {
    for (const Point& point : line) {
      // |x| = 10 y between class 2 and the others; x = 0 below.
      const double error = std::min(std::abs(std::abs(point.x) - 10 * point.y), std::abs(point.x));
      EXPECT_LT(error, 0.07) << point.x << " " << point.y;
    }
  }
}

TEST(BoundaryPlot, RefusesWhatItCannotDraw) {
  const auto refused = [](auto change) {
    BoundaryPlot plot = two_halves();
    change(plot);
    EXPECT_THROW((void)fitting_size(plot), ArgumentError);
  };
  refused([](BoundaryPlot& plot) { plot.x_range = {1, 1}; });
  refused([](BoundaryPlot& plot) { plot.y_range = {0, nan}; });
  refused([](BoundaryPlot& plot) { plot.x_range = {-1e308, 1e308}; });
  refused([](BoundaryPlot& plot) { plot.nx = 1; });
  refused([](BoundaryPlot& plot) { plot.points[0].class_index = 2; });
  refused([](BoundaryPlot& plot) { plot.class_names = {"a", "b", "c"}; });
  BoundaryPlot plot = two_halves();
  plot.scores.pop_back();
  PngCanvas canvas({300, 300});
  EXPECT_THROW(draw(plot, canvas), ShapeError);
  PngCanvas tiny({60, 60});
  EXPECT_THROW(draw(two_halves(), tiny), ArgumentError);
}

TEST(BoundaryPlot, LeavesOutPointsThatAreOutside) {
  BoundaryPlot plot = two_halves();
  PngCanvas without({300, 300}), with({300, 300});
  draw(plot, without);
  plot.points.insert(plot.points.end(), {{5, 0, 0}, {nan, 0, 1}, {0, -infinity, 1}});
  draw(plot, with);
  EXPECT_EQ(with.pixels().rgb, without.pixels().rgb);
}

std::vector<std::string> labels(Range range, double least_step) {
  std::vector<std::string> labels;
  for (const Tick& tick : ticks(range, least_step)) {
    labels.push_back(tick.label);
  }
  return labels;
}

TEST(Ticks, AreRoundNumbers) {
  using Labels = std::vector<std::string>;
  EXPECT_EQ(labels({-1.2, 1.1}, 0.4), (Labels{"-1.0", "-0.5", "0.0", "0.5", "1.0"}));
  EXPECT_EQ(labels({0, 0.7}, 0.2), (Labels{"0.0", "0.2", "0.4", "0.6"}));
  EXPECT_EQ(labels({-3, 7}, 4), (Labels{"0", "5"}));
  EXPECT_EQ(labels({0, 3e9}, 0.9e9), (Labels{"0", "1e+09", "2e+09", "3e+09"}));
  EXPECT_EQ(labels({-2e-7, 1e-7}, 0.8e-7), (Labels{"-2e-07", "-1e-07", "0", "1e-07"}));
  EXPECT_EQ(labels({1e3, 1e3 + 2.5e-5}, 1e-5), (Labels{"1000", "1000.00001", "1000.00002"}));
}

TEST(Ticks, LieInTheRangeAndEndWithIt) {
  const auto found = ticks({0.1, 0.3}, 0.1);
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].value, 0.1);
  EXPECT_EQ(found[2].value, 0.3);  // and not 3 * 0.1
  EXPECT_LE(ticks({0, 1e9}, 1).size(), 1000u);
  EXPECT_TRUE(ticks({1e300, 1.1e300}, 1e-9).empty());
}

}  // namespace
}  // namespace levelgrad::host
