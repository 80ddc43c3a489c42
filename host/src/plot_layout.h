// SPDX-License-Identifier: MIT
//
// Where the parts of a boundary plot stand.
#pragma once

#include <string>
#include <vector>

#include "axis_ticks.h"
#include "levelgrad/host/boundary_plot.h"

namespace levelgrad::host {

inline constexpr double page_margin = 16;
inline constexpr double title_size = 17;
inline constexpr double subtitle_size = 12.5;
inline constexpr double legend_size = 12;
inline constexpr double tick_size = 11.5;
inline constexpr double name_size = 12.5;

/// How much wider than ours the widest usual font is (DejaVu Sans); SVG is shown in the reader's.
inline constexpr double reader_font = 1.25;

/// What a legend entry shows before its text.
struct LegendEntry {
  enum class Sign { Marker, HollowMarkers, SolidLine, DashedLine } sign;
  std::size_t class_index;  ///< for a marker
  std::string text;
  Point place;  ///< left end of the text's baseline; the sign stands to the left of it
};

struct PlotLayout {
  double title_baseline;
  double subtitle_baseline;
  std::vector<LegendEntry> legend;
  Rect area;  ///< of the regions; at whole units, so that the frame is sharp
  double y_name_baseline;
  std::vector<Tick> x_ticks;
  std::vector<Tick> y_ticks;
  Size used;  ///< what the picture needs of the page

  /// From data to picture coordinates.
  [[nodiscard]] Point place(const BoundaryPlot& plot, double x, double y) const {
    return {area.x + (x - plot.x_range.min) / (plot.x_range.max - plot.x_range.min) * area.width,
            area.bottom() -
                (y - plot.y_range.min) / (plot.y_range.max - plot.y_range.min) * area.height};
  }
};

/// errors   ArgumentError if the page is too small.
[[nodiscard]] PlotLayout lay_out(const BoundaryPlot& plot, Size page);

}  // namespace levelgrad::host
