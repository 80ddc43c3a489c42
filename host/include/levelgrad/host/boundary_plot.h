// SPDX-License-Identifier: MIT
//
// The picture of a trained classifier: what it says about each place, and the data.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "levelgrad/host/canvas.h"

namespace levelgrad::host {

struct Range {
  double min = 0, max = 0;
};

/// One example of the data.
struct LabeledPoint {
  double x = 0, y = 0;
  std::size_t class_index = 0;
};

/// What to draw. Two classes if there is one score per place, else as many as scores.
struct BoundaryPlot {
  std::string title;     ///< empty: none
  std::string subtitle;  ///< a smaller line below the title; empty: none
  std::string x_name = "x0";
  std::string y_name = "x1";
  std::vector<std::string> class_names;  ///< for the legend; empty: "class 0", "class 1", ...

  Range x_range;  ///< from the first to the last column of the grid
  Range y_range;  ///< from the first to the last row of the grid: row 0 is at y_range.min
  std::size_t nx = 0;
  std::size_t ny = 0;
  std::size_t score_count = 1;  ///< per place
  std::vector<double> scores;   ///< [ny, nx, score_count]

  std::vector<LabeledPoint> points;             ///< those outside the ranges are left out
  std::vector<LabeledPoint> validation_points;  ///< as points, but drawn hollow

  bool margins = true;  ///< for one score: the lines at -1 and +1, which mean something to hinge
};

/// Draws the plot into the whole canvas: regions shaded by confidence, the decision line, margins,
/// the points, axes and a legend.
///
/// One score: class 1 where it is >= 0, else class 0; the confidence is |score|. More: the class
/// with the highest score (the first of equals); the confidence is its margin over the second.
/// A unit is equally long on both axes unless one range is more than 4 times the other.
/// Places with a NaN score are grey.
///
/// errors   ArgumentError: a range that is empty or not finite, nx or ny < 2, a class_index or
///          class_names without a class, a canvas too small for the axes. ShapeError: scores.
/// order    the same plot gives the same bytes on canvases of the same kind.
void draw(const BoundaryPlot& plot, Canvas& canvas);

/// The size of a canvas of this width that draw() fills without empty bands at the sides.
///
/// errors   as draw().
[[nodiscard]] Size fitting_size(const BoundaryPlot& plot, double width = 640);

/// The color that draw() gives to a place of this class with this confidence (>= 0).
[[nodiscard]] Color region_color(std::size_t class_index, double confidence);

/// The color of the points of a class: Okabe and Ito's palette, which color-blind people can
/// tell apart. It repeats after six classes, but the shapes of the points repeat after four.
[[nodiscard]] Color point_color(std::size_t class_index);

}  // namespace levelgrad::host
