// SPDX-License-Identifier: MIT
#include "plot_layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "levelgrad/error.h"
#include "stroke_font.h"

namespace levelgrad::host {
namespace {

constexpr double sign_room = 30;  // for a legend entry's sign, and what separates entries
constexpr double legend_leading = 20;
constexpr double least_side = 40;   // of the area
constexpr double widest_ratio = 4;  // of the ranges, up to which both axes have one scale

/// The widest that the text can be in the reader's font, if the picture is SVG.
double safe_width(const std::string& text, double size) {
  return reader_font * text_width(text, size);
}

double length(Range range) { return range.max - range.min; }

std::vector<LegendEntry> legend_entries(const BoundaryPlot& plot) {
  using Sign = LegendEntry::Sign;
  std::vector<LegendEntry> entries;
  const std::size_t class_count = std::max<std::size_t>(2, plot.score_count);
  for (std::size_t k = 0; k < class_count; ++k) {
    entries.push_back(
        {Sign::Marker,
         k,
         k < plot.class_names.size() ? plot.class_names[k] : fmt::format("class {}", k),
         {}});
  }
  if (!plot.validation_points.empty()) {
    entries.push_back({Sign::HollowMarkers, 0, "validation", {}});
  }
  entries.push_back({Sign::SolidLine, 0, "decision line", {}});
  if (plot.score_count == 1 && plot.margins) {
    entries.push_back({Sign::DashedLine, 0, "score -1, +1", {}});
  }
  return entries;
}

/// Sets the entries in lines of this width. Returns the last line's baseline.
double flow(std::vector<LegendEntry>& entries, double left, double right, double baseline) {
  double x = left;
  for (LegendEntry& entry : entries) {
    const double sign = entry.sign == LegendEntry::Sign::Marker ? sign_room - 10 : sign_room;
    const double width = safe_width(entry.text, legend_size);
    if (x > left && x + sign + width > right) {
      x = left;
      baseline += legend_leading;
    }
    entry.place = {x + sign - 6, baseline};
    x += sign + width + 4;
  }
  return baseline;
}

double widest_label(const std::vector<Tick>& ticks) {
  double widest = 0;
  for (const Tick& tick : ticks) {
    widest = std::max(widest, safe_width(tick.label, tick_size));
  }
  return widest;
}

/// The least distance of two ticks: some ten in a usual picture, and still four in a small one.
double tick_gap(double units) { return std::clamp(units / 4, 24.0, 52.0); }

/// Ticks of the horizontal axis whose labels do not run into each other.
std::vector<Tick> spaced_ticks(Range range, double units, double least_gap) {
  std::vector<Tick> found = ticks(range, length(range) * (least_gap / units));
  while (found.size() > 1 &&
         widest_label(found) + 12 > (found[1].value - found[0].value) / length(range) * units) {
    least_gap *= 1.5;
    found = ticks(range, length(range) * (least_gap / units));
  }
  return found;
}

/// The largest area of the plot's shape in the room, at its top, in the middle.
Rect fit(const BoundaryPlot& plot, const Rect& room) {
  if (!(room.width >= least_side && room.height >= least_side)) {
    throw ArgumentError("the picture is too small for the plot's axes",
                        "make it at least 240 units wide and high");
  }
  const double ratio = length(plot.x_range) / length(plot.y_range);
  const double shown = std::clamp(ratio, 1 / widest_ratio, widest_ratio);
  const double width = std::floor(std::min(room.width, room.height * shown));
  const double height = std::floor(width / shown + 1e-9);
  return {std::floor(room.x + (room.width - width) / 2), std::floor(room.y), width, height};
}

}  // namespace

PlotLayout lay_out(const BoundaryPlot& plot, Size page) {
  PlotLayout layout{};
  double top = page_margin;
  if (!plot.title.empty()) {
    layout.title_baseline = top + 14;
    top += 24;
  }
  if (!plot.subtitle.empty()) {
    layout.subtitle_baseline = top + 11;
    top += 20;
  }
  const double bottom = page_margin + name_size + 8 + tick_size + 6;
  // The labels need room beside the area, and the area decides on the labels: try again.
  for (int round = 0; round < 3; ++round) {
    const double y_labels = widest_label(layout.y_ticks) + 8;
    const double left = page_margin + name_size + 6 + y_labels;
    const double right =
        page.width - std::max(page_margin + 4, widest_label(layout.x_ticks) / 2 + 6);
    layout.legend = legend_entries(plot);
    const double area_top = flow(layout.legend, left, right, top + 14) + 12;
    layout.area = fit(plot, {left, area_top, right - left, page.height - bottom - area_top});
    layout.y_name_baseline = layout.area.x - y_labels - 8;
    layout.x_ticks = spaced_ticks(plot.x_range, layout.area.width, tick_gap(layout.area.width));
    layout.y_ticks = ticks(
        plot.y_range, length(plot.y_range) * (tick_gap(layout.area.height) / layout.area.height));
  }
  layout.used = {page.width, layout.area.bottom() + bottom};
  return layout;
}

}  // namespace levelgrad::host
