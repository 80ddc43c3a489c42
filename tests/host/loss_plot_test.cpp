// SPDX-License-Identifier: MIT
//
// The picture of a run, and how its curves are thinned.
#include "levelgrad/host/loss_plot.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "curve_thinning.h"
#include "levelgrad/error.h"
#include "levelgrad/host/png_canvas.h"
#include "levelgrad/host/svg_canvas.h"
#include "noting_canvas.h"
#include "xml_error.h"

namespace levelgrad::host {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

Curve curve_of(std::vector<double> values) {
  Curve curve{"train loss", {}};
  for (std::size_t i = 0; i < values.size(); ++i) {
    curve.points.push_back({static_cast<double>(i), values[i]});
  }
  return curve;
}

LossPlot plot_of(std::vector<double> values) {
  LossPlot plot;
  plot.title = "a run";
  plot.losses = {curve_of(std::move(values))};
  return plot;
}

/// The corners of the lines in the color of the curve, the one in the legend left out.
std::vector<std::vector<Point>> pieces(const NotingCanvas& canvas, std::size_t k) {
  std::vector<std::vector<Point>> found;
  for (const NotingCanvas::Line& line : canvas.lines) {
    if (line.stroke.color == point_color(k) && line.stroke.width == 1.6) {
      found.push_back(line.points);
    }
  }
  found.erase(found.begin());
  return found;
}

TEST(ThinnedCurve, KeepsShortCurvesAsTheyAre) {
  const Curve curve = curve_of({3, 1, 2, 2, 5});
  const ThinCurve thin = thinned(curve.points, {0, 4}, 100);
  ASSERT_EQ(thin.pieces.size(), 1u);
  EXPECT_EQ(thin.pieces[0], curve.points);
  EXPECT_TRUE(thin.gaps.empty());
}

TEST(ThinnedCurve, KeepsTheSpikesOfLongRuns) {
  std::vector<double> values(100000, 1.0);
  values[54321] = 50;
  values[77777] = -3;
  values[99999] = 2;
  const ThinCurve thin = thinned(curve_of(values).points, {0, 99999}, 600);
  ASSERT_EQ(thin.pieces.size(), 1u);
  EXPECT_LE(thin.pieces[0].size(), 4 * 600u);
  for (const CurvePoint kept : {CurvePoint{0, 1}, {54321, 50}, {77777, -3}, {99999, 2}}) {
    EXPECT_NE(std::ranges::find(thin.pieces[0], kept), thin.pieces[0].end()) << kept.step;
  }
  EXPECT_TRUE(std::ranges::is_sorted(thin.pieces[0], {}, &CurvePoint::step));
}

TEST(ThinnedCurve, PartsAtGaps) {
  const ThinCurve thin = thinned(curve_of({1, 2, nan, infinity, 3, 4, nan}).points, {0, 6}, 100);
  ASSERT_EQ(thin.pieces.size(), 2u);
  EXPECT_EQ(thin.pieces[0].back(), (CurvePoint{1, 2}));
  EXPECT_EQ(thin.pieces[1].front(), (CurvePoint{4, 3}));
  EXPECT_EQ(thin.gaps, (std::vector<double>{2, 6}));
}

TEST(ThinnedCurve, OfManyGapsHasNoMoreThanItHasColumns) {
  std::vector<double> values(100000, 1.0);
  for (std::size_t i = 0; i < values.size(); i += 2) values[i] = nan;
  const ThinCurve thin = thinned(curve_of(values).points, {0, 99999}, 600);
  EXPECT_LE(thin.pieces.size(), 600u);
  EXPECT_LE(thin.gaps.size(), 600u);
  EXPECT_GE(thin.gaps.size(), 599u);
}

TEST(LossPlot, PutsValuesWhereTheyBelong) {
  const NotingCanvas canvas(plot_of({10, 8, 4}));
  const std::vector<std::vector<Point>> lines = pieces(canvas, 0);
  ASSERT_EQ(lines.size(), 1u);
  ASSERT_EQ(lines[0].size(), 3u);
  const auto [a, b, c] = std::tuple(lines[0][0], lines[0][1], lines[0][2]);
  EXPECT_NEAR(b.x - a.x, c.x - b.x, 1e-9);
  EXPECT_NEAR((c.y - b.y) / (b.y - a.y), 2, 1e-9);  // down by 2, then by 4: a linear axis
  const NotingCanvas::Text* eight = canvas.find("8");
  ASSERT_NE(eight, nullptr);
  EXPECT_NEAR(eight->baseline.y - 4, b.y, 1e-9);
  EXPECT_TRUE(canvas.shows("loss"));
  EXPECT_TRUE(canvas.shows("step"));
  EXPECT_TRUE(canvas.shows("train loss"));
  EXPECT_EQ(canvas.circles.size(), 3u);  // few points are dots as well
}

TEST(LossPlot, IsLogarithmicWhereTheRangeAsksForIt) {
  const NotingCanvas canvas(plot_of({100, 1, 0.01}));
  EXPECT_TRUE(canvas.shows("loss (logarithmic)"));
  const std::vector<Point> line = pieces(canvas, 0).at(0);
  EXPECT_NEAR(line[2].y - line[1].y, line[1].y - line[0].y, 1e-9);
  EXPECT_TRUE(NotingCanvas(plot_of({100, 1, 0})).shows("loss (logarithmic)"));
  EXPECT_FALSE(NotingCanvas(plot_of({100, 1, -0.01})).shows("loss (logarithmic)"));
  EXPECT_FALSE(NotingCanvas(plot_of({49, 1})).shows("loss (logarithmic)"));
}

TEST(LossPlot, LeavesAGapAndCrossesIt) {
  const NotingCanvas whole(plot_of({1, 2, 3, 4, 5})), broken(plot_of({1, 2, nan, 4, 5}));
  EXPECT_EQ(pieces(whole, 0).size(), 1u);
  EXPECT_EQ(pieces(broken, 0).size(), 2u);
  EXPECT_EQ(broken.lines.size(), whole.lines.size() + 1 + 4);  // a piece, and two crosses' lines
  EXPECT_TRUE(broken.shows("not finite"));
  EXPECT_FALSE(whole.shows("not finite"));
}

TEST(LossPlot, ShowsAccuraciesInAPanelOfTheirOwn) {
  LossPlot plot = plot_of({1, 0.5});
  const double without = fitting_size(plot).height;
  plot.accuracies = {{"train accuracy", {{0, 0.5}, {1, 1}}}};
  EXPECT_GT(fitting_size(plot).height, without + 100);
  const NotingCanvas canvas(plot);
  EXPECT_TRUE(canvas.shows("accuracy"));
  EXPECT_TRUE(canvas.shows("train accuracy"));
}

TEST(LossPlot, MarksTheBestStepOnTheLastCurve) {
  LossPlot plot = plot_of({4, 3, 2, 1});
  plot.losses.push_back({"validation loss", {{0, 4}, {2, 2.5}, {3, 3}}});
  plot.best_step = 2;
  const NotingCanvas canvas(plot);
  EXPECT_TRUE(canvas.shows("best: step 2, 2.5"));
  const Point place = pieces(canvas, 1).at(0).at(1);
  EXPECT_TRUE(std::ranges::any_of(canvas.circles, [&](const NotingCanvas::Circle& circle) {
    return circle.center == place && circle.outline.color == point_color(1);
  }));
  plot.best_step = 1;  // at which there was no validation
  EXPECT_TRUE(NotingCanvas(plot).shows("best: step 1"));
}

/// What a run can be like.
std::vector<LossPlot> unusual_plots() {
  std::vector<LossPlot> plots{LossPlot{},
                              plot_of({}),
                              plot_of({1}),
                              plot_of({0, 0}),
                              plot_of({nan, nan}),
                              plot_of({1e308, -1e308}),
                              plot_of({1e300, 1e-300}),
                              plot_of({5e-324, 5e-324}),
                              plot_of({1e9, 1e9 + 1e-6}),
                              plot_of(std::vector(500, 0.69)),
                              plot_of({1000, 1000.00001})};
  LossPlot words = plot_of({1, 2});
  words.title = std::string(400, 'W');
  words.subtitle = "\xe6\x97\xa5\xe6\x9c\xac <script> & \x01";
  for (int k = 0; k < 8; ++k) words.losses.push_back({std::string(90, 'm'), {{0, 1}}});
  plots.push_back(words);
  LossPlot late = plot_of({});
  late.losses[0].points = {{1e15, 1}, {1e15 + 1, 2}};
  late.best_step = 1e15;
  plots.push_back(late);
  return plots;
}

TEST(LossPlot, StaysOnThePageWhateverTheRun) {
  for (const LossPlot& plot : unusual_plots()) {
    const NotingCanvas canvas(plot);
    EXPECT_EQ(canvas.outside, "") << plot.title;
    SvgCanvas svg(fitting_size(plot));
    draw(plot, svg);
    EXPECT_EQ(xml_error(svg.svg()), "");
    PngCanvas png(fitting_size(plot), 1);
    draw(plot, png);
  }
}

TEST(LossPlot, RefusesStepsThatDescend) {
  LossPlot plot;
  plot.losses = {{"", {{1, 1}, {0, 1}}}};
  EXPECT_THROW((void)fitting_size(plot), ArgumentError);
  plot.losses = {{"", {{nan, 1}}}};
  EXPECT_THROW((void)fitting_size(plot), ArgumentError);
  plot.losses.clear();
  plot.best_step = infinity;
  EXPECT_THROW((void)fitting_size(plot), ArgumentError);
}

}  // namespace
}  // namespace levelgrad::host
