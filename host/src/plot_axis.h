// SPDX-License-Identifier: MIT
//
// Axes, and the panel that two of them make.
#pragma once

#include <limits>
#include <string_view>
#include <vector>

#include "axis_ticks.h"
#include "levelgrad/host/boundary_plot.h"

namespace levelgrad::host {

/// An axis from numbers to [0, 1].
struct Axis {
  Range range;  ///< of logarithms to base 10 where it is logarithmic
  bool logarithmic = false;
  bool whole = false;  ///< of steps, or seeds: a tick between two of them would mean nothing

  /// Of log10(0) and numbers beyond the axis: the edge.
  [[nodiscard]] double share(double number) const;
};

/// Some eight ticks, or so many; on a logarithmic axis powers of ten, with 2 and 5 times them where
/// there are few.
[[nodiscard]] std::vector<Tick> ticks_of(const Axis& axis, double most = 8);

/// Widens a range that is a point, so that it can be an axis.
[[nodiscard]] Range widened(Range range, double least);

inline constexpr Range empty_range{std::numeric_limits<double>::infinity(),
                                   -std::numeric_limits<double>::infinity()};

/// Widens the range to the number, or to the nearest of +-1e300: the length of a range shall be
/// finite. A number that is not finite is left out.
void include(Range& range, double number);

/// The range as one of an axis, with some room beside what is in it; empty_range becomes [0, 1].
[[nodiscard]] Range axis_range(Range range);

struct Panel {
  Rect area;
  Axis x, y;
  double y_name_gap = 56;  ///< from the area to the baseline of the vertical axis's name

  [[nodiscard]] Point place(double x_number, double y_number) const {
    return {area.x + x.share(x_number) * area.width,
            area.bottom() - y.share(y_number) * area.height};
  }
};

/// Draws the grid with its labels, the frame and the names of the axes.
void draw_panel(const Panel& panel, std::string_view x_name, std::string_view y_name,
                Canvas& canvas);

}  // namespace levelgrad::host
