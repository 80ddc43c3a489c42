// SPDX-License-Identifier: MIT
#include "levelgrad/host/histogram_plot.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>

#include "levelgrad/error.h"
#include "levelgrad/host/png_canvas.h"
#include "levelgrad/host/svg_canvas.h"
#include "noting_canvas.h"
#include "xml_error.h"

namespace levelgrad::host {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

TEST(ParameterGroups, AreLabelsUpToTheBracket) {
  const std::array<std::string, 5> labels{"layers.0.weight[0][0]", "layers.0.bias[0]",
                                          "layers.0.weight[1][0]", "", "layers.0.bias[1]"};
  const auto groups = parameter_groups(labels, std::array{1.0, 2.0, 3.0, 4.0, 5.0},
                                       std::array{10.0, 20.0, 30.0, 40.0, 50.0});
  ASSERT_EQ(groups.size(), 3u);
  EXPECT_EQ(groups[0].name, "layers.0.weight");
  EXPECT_EQ(groups[0].before, (std::vector<double>{1, 3}));
  EXPECT_EQ(groups[0].after, (std::vector<double>{10, 30}));
  EXPECT_EQ(groups[1].name, "layers.0.bias");
  EXPECT_EQ(groups[1].after, (std::vector<double>{20, 50}));
  EXPECT_EQ(groups[2].name, "parameters");
  EXPECT_TRUE(parameter_groups(labels, {}, std::array{1.0, 2.0, 3.0, 4.0, 5.0})[0].before.empty());
  EXPECT_THROW((void)parameter_groups(labels, {}, std::array{1.0}), ShapeError);
  EXPECT_THROW(
      (void)parameter_groups(std::array{std::string()}, std::array{1.0, 2.0}, std::array{1.0}),
      ShapeError);
}

TEST(HistogramPlot, SaysWhatTheValuesAre) {
  const HistogramPlot plot{"parameters", "", {{"layers.0.bias", {0, 0, 0}, {-1, 2, 5}}}};
  const NotingCanvas canvas(plot);
  EXPECT_TRUE(canvas.shows("layers.0.bias"));
  EXPECT_TRUE(canvas.shows("3 parameters"));
  EXPECT_TRUE(canvas.shows("before: 0 to 0, mean 0"));
  EXPECT_TRUE(canvas.shows("after: -1 to 5, mean 2"));
  EXPECT_TRUE(canvas.shows("before training"));
  HistogramPlot after = plot;
  after.groups[0].before.clear();
  EXPECT_FALSE(NotingCanvas(after).shows("before training"));
}

TEST(HistogramPlot, IsAsHighAsThereAreValues) {
  // Three values in the lowest bin, one in the highest.
  const HistogramPlot plot{"", "", {{"w", {}, {0, 0, 0, 8}}}};
  const NotingCanvas canvas(plot);
  const auto outline = std::ranges::find_if(
      canvas.lines, [](const NotingCanvas::Line& line) { return line.points.size() == 2 * 8 + 2; });
  ASSERT_NE(outline, canvas.lines.end());
  const std::vector<Point>& points = outline->points;
  const double axis = points.front().y;
  EXPECT_NEAR((axis - points[1].y) / (axis - points[points.size() - 2].y), 3, 1e-9);
  EXPECT_EQ(points[6].y, axis);
}

TEST(HistogramPlot, LeavesOutAndCountsWhatIsNotFinite) {
  const HistogramPlot plot{"", "", {{"w", {nan, nan}, {1, nan}}}};
  const NotingCanvas canvas(plot);
  EXPECT_TRUE(canvas.shows("before: none is finite"));
  EXPECT_TRUE(canvas.shows("after: 1 to 1, mean 1, 1 not finite"));
}

TEST(HistogramPlot, StaysOnThePageWhateverTheGroups) {
  HistogramPlot plot{std::string(300, 'M'),
                     "sub",
                     {{std::string(300, 'w'), {-1e308, 1e308}, {1e-300, -1e308}},
                      {"", {}, {}},
                      {"<b>", {5e-324}, {-5e-324}},
                      {"one", {}, {-3.14159e-123}}}};
  const NotingCanvas canvas(plot);
  EXPECT_EQ(canvas.outside, "");
  EXPECT_TRUE(canvas.shows("before: -1e+308 to 1e+308, mean 0"));
  SvgCanvas svg(fitting_size(plot));
  draw(plot, svg);
  EXPECT_EQ(xml_error(svg.svg()), "");
  PngCanvas png(fitting_size(plot), 1);
  draw(plot, png);
  EXPECT_EQ(NotingCanvas(HistogramPlot{}).outside, "");
  plot.groups.assign(60, {"w", {1}, {2}});
  const NotingCanvas many(plot);
  EXPECT_EQ(many.outside, "");
  EXPECT_TRUE(many.shows("24 of 60 groups"));
}

}  // namespace
}  // namespace levelgrad::host
