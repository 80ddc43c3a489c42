// SPDX-License-Identifier: MIT
//
// The picture of a run: how losses fell and accuracies rose.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "levelgrad/host/canvas.h"

namespace levelgrad::host {

struct CurvePoint {
  double step = 0;
  double value = 0;
  friend bool operator==(const CurvePoint&, const CurvePoint&) = default;
};

struct Curve {
  std::string name;                ///< for the legend
  std::vector<CurvePoint> points;  ///< by ascending step; a value that is not finite is a gap
};

struct LossPlot {
  std::string title;
  std::string subtitle;
  std::string x_name = "step";
  std::vector<Curve> losses;
  std::vector<Curve> accuracies;    ///< values in [0, 1], in a panel of their own; empty: no panel
  std::optional<double> best_step;  ///< marked, with the last loss curve's value there
};

/// Draws the losses, below them the accuracies, over the steps. The axis of losses is logarithmic
/// where none is negative and the highest is at least 50 times the lowest that is positive.
///
/// Of a long run each unit of the panel's width keeps the first, the lowest, the highest and the
/// last value, so that no spike is lost. A cross at the upper edge marks where a curve stops being
/// finite. A curve of few points shows them as dots.
///
/// errors   ArgumentError for steps that are not finite or descend, best_step included.
/// canvas   of fitting_size().
/// order    the same plot gives the same bytes on canvases of the same kind.
void draw(const LossPlot& plot, Canvas& canvas);

[[nodiscard]] Size fitting_size(const LossPlot& plot);

}  // namespace levelgrad::host
