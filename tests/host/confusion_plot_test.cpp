// SPDX-License-Identifier: MIT
#include "levelgrad/host/confusion_plot.h"

#include <gtest/gtest.h>

#include "levelgrad/error.h"
#include "levelgrad/host/png_canvas.h"
#include "levelgrad/host/svg_canvas.h"
#include "noting_canvas.h"
#include "xml_error.h"

namespace levelgrad::host {
namespace {

/// Each class is right 1000 + its number times, and taken for the next class its number times.
ConfusionPlot plot_of(std::size_t classes) {
  ConfusionPlot plot;
  plot.title = "a matrix";
  plot.confusion = {classes, std::vector<std::uint64_t>(classes * classes)};
  for (std::size_t k = 0; k < classes; ++k) {
    plot.confusion.counts[k * classes + k] = 1000 + k;
    if (classes > 1) plot.confusion.counts[k * classes + (k + 1) % classes] = k;
  }
  return plot;
}

TEST(ConfusionPlot, PutsCountsInTheRowOfTheTruth) {
  ConfusionPlot plot = plot_of(3);
  plot.class_names = {"setosa", "versicolor"};
  const NotingCanvas canvas(plot);
  const NotingCanvas::Text* wrong = canvas.find("2");  // class 2 taken for 0, or its name
  ASSERT_NE(wrong, nullptr);
  const Point right = canvas.find("1,001")->baseline;
  const Point last = canvas.find("1,002")->baseline;
  EXPECT_GT(last.x, right.x);
  EXPECT_GT(last.y, right.y);
  EXPECT_NEAR(wrong->baseline.y, last.y, 1e-9);
  EXPECT_NEAR(wrong->baseline.x, canvas.find("1,000")->baseline.x, 1e-9);
  EXPECT_TRUE(canvas.shows("setosa"));
  EXPECT_TRUE(canvas.shows("versicolor"));
  EXPECT_TRUE(canvas.shows("true class"));
  EXPECT_TRUE(canvas.shows("predicted class"));
}

TEST(ConfusionPlot, ShadesByTheShareOfTheRow) {
  ConfusionPlot plot = plot_of(2);
  plot.confusion.counts = {3, 1, 0, 5};
  const NotingCanvas canvas(plot);
  ASSERT_GE(canvas.cells.size(), 5u);  // the page, then the matrix
  EXPECT_EQ(canvas.cells[1].color, confusion_color(true, 0.75));
  EXPECT_EQ(canvas.cells[2].color, confusion_color(false, 0.25));
  EXPECT_EQ(canvas.cells[3].color, (Color{255, 255, 255}));
  EXPECT_EQ(canvas.cells[4].color, confusion_color(true, 1));
  EXPECT_GT(canvas.cells[2].rect.x, canvas.cells[1].rect.x);
  EXPECT_GT(canvas.cells[3].rect.y, canvas.cells[1].rect.y);
}

TEST(ConfusionPlot, HasNumbersForThirtyClassesAndAnImageBeyond) {
  const NotingCanvas many(plot_of(30)), more(plot_of(31)), most(plot_of(2000));
  EXPECT_TRUE(many.shows("1,029"));
  EXPECT_EQ(std::ranges::count(many.texts, "0", &NotingCanvas::Text::text), 2);  // the names
  EXPECT_TRUE(many.images.empty());
  EXPECT_FALSE(more.shows("1,029"));
  ASSERT_EQ(more.images.size(), 1u);
  const Image& image = more.images[0];
  const std::size_t block = image.width / 31;
  const std::uint8_t* pixel = image.pixel(2 * block, 3 * block);  // class 2 taken for 3
  EXPECT_EQ((Color{pixel[0], pixel[1], pixel[2]}), confusion_color(false, 2.0 / 1004));
  EXPECT_EQ(most.images[0].width, 2000u);
  EXPECT_LT(most.texts.size(), 100u);  // the names that there is room for
}

TEST(ConfusionPlot, StaysOnThePageWhateverTheNames) {
  for (const std::size_t classes : {1u, 2u, 3u, 10u, 30u, 31u, 400u}) {
    ConfusionPlot plot = plot_of(classes);
    plot.confusion.counts[0] = 123456789012;
    plot.class_names = {"<script>alert(1)</script> and a name that goes on and on"};
    if (classes > 1) plot.class_names.push_back("\xe6\x97\xa5\xe6\x9c\xac\xff\x1b");
    const NotingCanvas canvas(plot);
    EXPECT_EQ(canvas.outside, "") << classes;
    EXPECT_LE(canvas.size().width, 900) << "the names take the page";
    EXPECT_EQ(canvas.shows("123 G"), classes <= 30);
    SvgCanvas svg(fitting_size(plot));
    draw(plot, svg);
    EXPECT_EQ(xml_error(svg.svg()), "");
    EXPECT_EQ(svg.svg().find("<script"), std::string::npos);
    PngCanvas png(fitting_size(plot), 1);
    draw(plot, png);
  }
}

TEST(ConfusionPlot, RefusesWhatIsNoMatrix) {
  ConfusionPlot plot = plot_of(2);
  plot.confusion.counts.pop_back();
  EXPECT_THROW((void)fitting_size(plot), ShapeError);
  plot = plot_of(2);
  plot.class_names = {"a", "b", "c"};
  EXPECT_THROW((void)fitting_size(plot), ArgumentError);
  EXPECT_THROW((void)fitting_size(ConfusionPlot{}), ArgumentError);
}

}  // namespace
}  // namespace levelgrad::host
