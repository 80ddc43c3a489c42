// SPDX-License-Identifier: MIT
//
// The picture of what training did to the parameters.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "levelgrad/host/canvas.h"

namespace levelgrad::host {

/// Parameters that belong together: the weights of a layer, its biases.
struct ParameterGroup {
  std::string name;
  std::vector<double> before;  ///< initial values; empty: not drawn
  std::vector<double> after;   ///< trained ones
};

/// Groups parameters by their labels up to the first '[': "layers.0.weight[3][1]" belongs to
/// "layers.0.weight". The groups are in the order of their first parameters; what has no label is
/// in one group, "parameters".
///
/// labels, after   [parameter_count]
/// before          [parameter_count], or empty
/// errors          ShapeError
[[nodiscard]] std::vector<ParameterGroup> parameter_groups(std::span<const std::string> labels,
                                                           std::span<const double> before,
                                                           std::span<const double> after);

struct HistogramPlot {
  std::string title;
  std::string subtitle;
  std::vector<ParameterGroup> groups;
};

/// Draws a panel for each group: its name and count, the outline of the histograms before and after
/// over the same bins, and the least, greatest and mean value of each. Values that are not finite
/// are counted, and left out of all else. Of more than 24 groups the first 24 are drawn, and the
/// picture says so.
///
/// canvas   of fitting_size().
/// order    the same plot gives the same bytes on canvases of the same kind.
void draw(const HistogramPlot& plot, Canvas& canvas);

[[nodiscard]] Size fitting_size(const HistogramPlot& plot);

}  // namespace levelgrad::host
