// SPDX-License-Identifier: MIT
//
// The picture of many models.
#include "levelgrad/host/ensemble_plot.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "levelgrad/error.h"
#include "levelgrad/host/svg_canvas.h"

namespace levelgrad::host {
namespace {

std::string svg_of(const EnsemblePlot& plot) {
  SvgCanvas canvas(ensemble_plot_size);
  draw(plot, canvas);
  return canvas.svg();
}

EnsemblePlot three_models() {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  return {.title = "three",
          .subtitle = "models",
          .curves = {{{1.0, 0.5, 0.25}, 0.1}, {{2.0, 0.5, 0.125}, 1}, {{1.0, infinity}, 10, false}},
          .swept_name = "lr",
          .swept_logarithmic = true};
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(EnsemblePlot, NamesTheBestAndWhatDiverged) {
  EnsemblePlot plot = three_models();
  const std::string svg = svg_of(plot);
  EXPECT_EQ(svg, svg_of(plot));
  for (const char* text : {">three<", ">models<", ">lr<", ">the best: lr 1, loss 0.125<",
                           ">diverged<", ">losses above the axis stand at its upper edge<"}) {
    EXPECT_TRUE(contains(svg, text)) << text;
  }
  plot.curves.pop_back();
  EXPECT_FALSE(contains(svg_of(plot), ">diverged<"));
  EXPECT_FALSE(contains(svg_of(plot), "above the axis"));
}

TEST(EnsemblePlot, DrawsWhatIsUnusual) {
  EnsemblePlot plot = three_models();
  plot.curves = {{{0.0}, 5}, {{0.0}, 5}, {{}, 5}};  // losses of 0, one step, one rate, one missing
  EXPECT_TRUE(contains(svg_of(plot), "loss 0<"));
  plot.curves.assign(1200, {{3.0, 1.0}, 2});
  EXPECT_TRUE(contains(svg_of(plot), ">Loss at each step, 400 of 1200 models<"));
}

TEST(EnsemblePlot, RefusesWhatCannotBeDrawn) {
  EnsemblePlot plot = three_models();
  plot.curves[0].swept = 0;  // on a logarithmic axis
  EXPECT_THROW((void)svg_of(plot), ArgumentError);
  plot = three_models();
  plot.curves.erase(plot.curves.begin(), plot.curves.begin() + 2);
  EXPECT_THROW((void)svg_of(plot), ArgumentError);
}

}  // namespace
}  // namespace levelgrad::host
