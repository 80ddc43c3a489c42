// SPDX-License-Identifier: MIT
#include "levelgrad/host/schedule_plot.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "schedule_programs.h"

namespace levelgrad::host {
namespace {

ScheduleReport report_of(const Program& program) {
  const Schedule schedule(program);
  return report_on(schedule, "a program", gpu_named("h200"), Dtype::F64);
}

/// Keeps what is drawn, and sees whether it is on the page.
class NotingCanvas final : public Canvas {
public:
  [[nodiscard]] Size size() const override { return schedule_plot_size; }
  void fill_rect(const Rect& rect, Color) override {
    note({rect.x, rect.y});
    note({rect.right(), rect.bottom()});
    ++rects;
  }
  void polyline(std::span<const Point> points, const Stroke&) override {
    for (const Point& point : points) note(point);
  }
  void polygon(std::span<const Point> points, Color, const Stroke&) override {
    for (const Point& point : points) note(point);
  }
  void circle(Point center, double, Color, const Stroke&) override {
    note(center);
    ++circles;
  }
  void text(Point baseline, std::string_view what, const TextStyle& style) override {
    note(baseline);
    const double width = style.upward ? 0 : 0.62 * style.size * static_cast<double>(what.size());
    const double share = style.anchor == Anchor::Start ? 0 : style.anchor == Anchor::End ? 1 : 0.5;
    note({baseline.x - share * width, baseline.y});
    note({baseline.x + (1 - share) * width, baseline.y});
    texts.emplace_back(what);
  }
  void image(const Rect&, const Image&) override {}

  [[nodiscard]] bool shows(const std::string& text) const {
    return std::ranges::find(texts, text) != texts.end();
  }

  bool inside = true;
  int rects = 0, circles = 0;
  std::vector<std::string> texts;

private:
  void note(Point point) {
    inside = inside && point.x >= 0 && point.x <= size().width && point.y >= 0 &&
             point.y <= size().height;
  }
};

TEST(SchedulePlot, ShowsTheMoons) {
  NotingCanvas canvas;
  draw(report_of(levelgrad::testing::moons_program()), canvas);
  EXPECT_TRUE(canvas.inside);
  EXPECT_EQ(canvas.circles, 42 + 3);  // the critical path and the storage forms
  for (const char* text : {"a program: 644 nodes in 42 levels", "ReLU (33)", "256", "1,056",
                           "160 M examples/s", "ridge: 3.48 op/byte", "16 x 17, 3 x 16, 1 x 17"}) {
    EXPECT_TRUE(canvas.shows(text)) << text;
  }
}

TEST(SchedulePlot, StaysOnThePageWhateverTheProgram) {
  for (const Program& program :
       {levelgrad::testing::yin_yang_program(), levelgrad::testing::one_node_program(),
        levelgrad::testing::uniform_program(), levelgrad::testing::wide_program(5000),
        levelgrad::testing::chain_program(20000), levelgrad::testing::chain_program(301)}) {
    NotingCanvas canvas;
    draw(report_of(program), canvas);
    EXPECT_TRUE(canvas.inside) << program.body().size();
    EXPECT_LT(canvas.rects, 3000) << program.body().size();
  }
}

TEST(SchedulePlot, SaysThatColumnsStandForSeveralLevels) {
  NotingCanvas canvas;
  draw(report_of(levelgrad::testing::chain_program(20000)), canvas);
  EXPECT_TRUE(std::ranges::any_of(canvas.texts, [](const std::string& text) {
    return text.find("a column stands for 72 levels") != std::string::npos;
  }));
}

TEST(SchedulePlot, IsTheSameEachTime) {
  const ScheduleReport report = report_of(levelgrad::testing::yin_yang_program());
  const std::string svg = schedule_svg(report);
  EXPECT_EQ(svg, schedule_svg(report));
  EXPECT_TRUE(svg.ends_with("</svg>\n"));
}

}  // namespace
}  // namespace levelgrad::host
