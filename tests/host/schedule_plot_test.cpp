// SPDX-License-Identifier: MIT
#include "levelgrad/host/schedule_plot.h"

#include <gtest/gtest.h>

#include <string>

#include "noting_canvas.h"
#include "schedule_programs.h"

namespace levelgrad::host {
namespace {

ScheduleReport report_of(const Program& program) {
  const Schedule schedule(program);
  return report_on(schedule, "a program", gpu_named("h200"), Dtype::F64);
}

TEST(SchedulePlot, ShowsTheMoons) {
  NotingCanvas canvas(schedule_plot_size);
  draw(report_of(levelgrad::testing::moons_program()), canvas);
  EXPECT_EQ(canvas.outside, "");
  EXPECT_EQ(canvas.circles.size(), 42 + 3u);  // the critical path and the storage forms
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
    NotingCanvas canvas(schedule_plot_size);
    draw(report_of(program), canvas);
    EXPECT_EQ(canvas.outside, "") << program.body().size();
    EXPECT_LT(canvas.cells.size(), 3000u) << program.body().size();
  }
}

TEST(SchedulePlot, SaysThatColumnsStandForSeveralLevels) {
  NotingCanvas canvas(schedule_plot_size);
  draw(report_of(levelgrad::testing::chain_program(20000)), canvas);
  EXPECT_TRUE(canvas.shows_part("a column stands for 72 levels"));
}

TEST(SchedulePlot, IsTheSameEachTime) {
  const ScheduleReport report = report_of(levelgrad::testing::yin_yang_program());
  const std::string svg = schedule_svg(report);
  EXPECT_EQ(svg, schedule_svg(report));
  EXPECT_TRUE(svg.ends_with("</svg>\n"));
}

}  // namespace
}  // namespace levelgrad::host
