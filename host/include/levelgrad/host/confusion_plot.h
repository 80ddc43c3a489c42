// SPDX-License-Identifier: MIT
//
// The picture of which classes are taken for which.
#pragma once

#include <string>
#include <vector>

#include "levelgrad/host/canvas.h"
#include "levelgrad/host/metrics.h"

namespace levelgrad::host {

struct ConfusionPlot {
  std::string title;
  std::string subtitle;
  Confusion confusion;
  std::vector<std::string> class_names;  ///< those that are missing are the class's number
};

/// Draws the matrix: a row for each true class, a column for each predicted one. A cell's shade is
/// its share of the row: blue where the prediction is right, orange where it is wrong. Beyond 30
/// classes cells have no counts, and only so many names are shown as there is room for.
///
/// errors   ArgumentError: no class, more than 4096, or more names than classes; ShapeError:
/// counts. canvas   of fitting_size(). order    the same plot gives the same bytes on canvases of
/// the same kind.
void draw(const ConfusionPlot& plot, Canvas& canvas);

[[nodiscard]] Size fitting_size(const ConfusionPlot& plot);

/// The color of a cell with this share (in [0, 1]) of its row.
[[nodiscard]] Color confusion_color(bool right, double share);

}  // namespace levelgrad::host
