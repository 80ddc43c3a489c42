// SPDX-License-Identifier: MIT
#include "levelgrad/host/boundary_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "class_style.h"
#include "levelgrad/error.h"
#include "plot_layout.h"
#include "score_field.h"
#include "stroke_font.h"

namespace levelgrad::host {
namespace {

constexpr Color page_color{255, 255, 255};
constexpr Color ink{34, 40, 49};
constexpr Color soft_ink{92, 100, 112};
constexpr Color frame_color{150, 157, 168};
constexpr Color grid_color{255, 255, 255, 120};
constexpr Stroke decision_stroke{2.2, ink};
constexpr Stroke margin_stroke{1.2, {34, 40, 49, 190}, 3.5, 4.5};

/// Pixels of the regions per unit: as fine as a PNG of the usual scale shows them.
constexpr double region_detail = 2;

void check_range(const char* name, Range range) {
  const double length = range.max - range.min;
  if (!(length > 0 && std::isfinite(length))) {
    throw ArgumentError(fmt::format("{} goes from {} to {}", name, range.min, range.max),
                        "a plot's ranges must be finite, with min < max");
  }
}

void check_points(const std::vector<LabeledPoint>& points, std::size_t class_count) {
  for (const LabeledPoint& point : points) {
    if (point.class_index >= class_count) {
      throw ArgumentError(fmt::format("a point of class {} in a plot of {} classes",
                                      point.class_index, class_count),
                          "classes are counted from 0");
    }
  }
}

void check(const BoundaryPlot& plot) {
  check_range("x_range", plot.x_range);
  check_range("y_range", plot.y_range);
  constexpr std::size_t most = 32768;
  if (plot.nx < 2 || plot.ny < 2 || plot.nx > most || plot.ny > most || plot.score_count < 1 ||
      plot.score_count > most) {
    throw ArgumentError(fmt::format("a plot cannot have a grid of {} x {} places with {} scores",
                                    plot.nx, plot.ny, plot.score_count),
                        "a grid has 2 to 32768 places on each side, and at least one score");
  }
  if (plot.scores.size() != plot.nx * plot.ny * plot.score_count) {
    throw ShapeError(fmt::format("a grid of {} x {} places with {} scores got {} numbers", plot.nx,
                                 plot.ny, plot.score_count, plot.scores.size()));
  }
  const std::size_t class_count = std::max<std::size_t>(2, plot.score_count);
  if (plot.class_names.size() > class_count) {
    throw ArgumentError(fmt::format("a plot of {} classes got {} class names", class_count,
                                    plot.class_names.size()));
  }
  check_points(plot.points, class_count);
  check_points(plot.validation_points, class_count);
}

bool is_in(Range range, double value) { return value >= range.min && value <= range.max; }

void draw_line(Canvas& canvas, Point from, Point to, const Stroke& stroke) {
  canvas.polyline(std::array{from, to}, stroke);
}

/// Draws one plot on one canvas.
class Painter {
public:
  Painter(const BoundaryPlot& plot, Canvas& canvas)
      : plot_(plot), canvas_(canvas), layout_(lay_out(plot, canvas.size())) {}

  void heading() {
    title_line(plot_.title, layout_.title_baseline, {title_size, ink, Anchor::Start, true});
    title_line(plot_.subtitle, layout_.subtitle_baseline, {subtitle_size, soft_ink});
  }

  void regions_and_lines() {
    const Rect& area = layout_.area;
    canvas_.image(area, regions(plot_, static_cast<std::size_t>(area.width * region_detail),
                                static_cast<std::size_t>(area.height * region_detail)));
    grid();
    if (plot_.score_count == 1 && plot_.margins) {
      lines(score_lines(plot_, -1), margin_stroke);
      lines(score_lines(plot_, +1), margin_stroke);
    }
    lines(decision_lines(plot_), decision_stroke);
    trim();
  }

  void points() {
    // Smaller where they would cover each other.
    const double room = layout_.area.width * layout_.area.height;
    const auto count = static_cast<double>(plot_.points.size() + plot_.validation_points.size());
    const double scale = std::clamp(std::sqrt(room / (800 * std::max(count, 1.0))), 0.55, 1.0);
    markers(plot_.points, scale, MarkerKind::Filled);
    markers(plot_.validation_points, scale, MarkerKind::Hollow);
  }

  void axes() {
    const Rect& area = layout_.area;
    const std::array<Point, 5> corners{{{area.x, area.y},
                                        {area.right(), area.y},
                                        {area.right(), area.bottom()},
                                        {area.x, area.bottom()},
                                        {area.x, area.y}}};
    const Stroke frame{1, frame_color};
    canvas_.polyline(corners, frame);
    for (const Tick& tick : layout_.x_ticks) {
      const double x = layout_.place(plot_, tick.value, 0).x;
      draw_line(canvas_, {x, area.bottom()}, {x, area.bottom() + 4}, frame);
      canvas_.text({x, area.bottom() + 17}, tick.label, {tick_size, soft_ink, Anchor::Middle});
    }
    for (const Tick& tick : layout_.y_ticks) {
      const double y = layout_.place(plot_, 0, tick.value).y;
      draw_line(canvas_, {area.x - 4, y}, {area.x, y}, frame);
      canvas_.text({area.x - 8, y + 4}, tick.label, {tick_size, soft_ink, Anchor::End});
    }
    canvas_.text({area.x + area.width / 2, area.bottom() + 37}, plot_.x_name,
                 {name_size, ink, Anchor::Middle});
    canvas_.text({layout_.y_name_baseline, area.y + area.height / 2}, plot_.y_name,
                 {name_size, ink, Anchor::Middle, false, true});
  }

  void legend() {
    for (const LegendEntry& entry : layout_.legend) {
      const auto [x, baseline] = entry.place;
      const double middle = baseline - 4;
      switch (entry.sign) {
        case LegendEntry::Sign::Marker:
          draw_marker(canvas_, {x - 9, middle}, entry.class_index);
          break;
        case LegendEntry::Sign::HollowMarkers:  // of no class, so the first two stand for all
          draw_marker(canvas_, {x - 21, middle}, 0, 1, MarkerKind::Hollow);
          draw_marker(canvas_, {x - 9, middle}, 1, 1, MarkerKind::Hollow);
          break;
        case LegendEntry::Sign::SolidLine:
          draw_line(canvas_, {x - 23, middle}, {x - 6, middle}, decision_stroke);
          break;
        case LegendEntry::Sign::DashedLine:
          draw_line(canvas_, {x - 23, middle}, {x - 6, middle}, margin_stroke);
          break;
      }
      canvas_.text({x, baseline}, entry.text, {legend_size, soft_ink});
    }
  }

private:
  /// Smaller if it does not fit the width.
  void title_line(const std::string& text, double baseline, TextStyle style) {
    const double room = canvas_.size().width - page_margin - layout_.area.x;
    const double width = reader_font * text_width(text, style.size, style.bold);
    style.size *= width > room ? room / width : 1;
    if (!text.empty()) {
      canvas_.text({layout_.area.x, baseline}, text, style);
    }
  }

  void markers(const std::vector<LabeledPoint>& points, double scale, MarkerKind kind) {
    for (const LabeledPoint& point : points) {
      if (is_in(plot_.x_range, point.x) && is_in(plot_.y_range, point.y)) {
        draw_marker(canvas_, layout_.place(plot_, point.x, point.y), point.class_index, scale,
                    kind);
      }
    }
  }

  void grid() {
    const Rect& area = layout_.area;
    for (const Tick& tick : layout_.x_ticks) {
      const double x = layout_.place(plot_, tick.value, 0).x;
      draw_line(canvas_, {x, area.y}, {x, area.bottom()}, {1, grid_color});
    }
    for (const Tick& tick : layout_.y_ticks) {
      const double y = layout_.place(plot_, 0, tick.value).y;
      draw_line(canvas_, {area.x, y}, {area.right(), y}, {1, grid_color});
    }
  }

  /// Wipes away the round ends of lines that meet the border of the area.
  void trim() {
    const auto [x, y, width, height] = layout_.area;
    const double end = 3;
    canvas_.fill_rect({x - end, y - end, width + 2 * end, end}, page_color);
    canvas_.fill_rect({x - end, y + height, width + 2 * end, end}, page_color);
    canvas_.fill_rect({x - end, y, end, height}, page_color);
    canvas_.fill_rect({x + width, y, end, height}, page_color);
  }

  void lines(std::vector<std::vector<Point>> lines, const Stroke& stroke) {
    for (std::vector<Point>& line : lines) {
      for (Point& point : line) {
        point = layout_.place(plot_, point.x, point.y);
      }
      canvas_.polyline(line, stroke);
    }
  }

  const BoundaryPlot& plot_;
  Canvas& canvas_;
  PlotLayout layout_;
};

}  // namespace

void draw(const BoundaryPlot& plot, Canvas& canvas) {
  check(plot);
  Painter painter(plot, canvas);
  canvas.fill_rect({0, 0, canvas.size().width, canvas.size().height}, page_color);
  painter.heading();
  painter.legend();
  painter.regions_and_lines();
  painter.axes();
  painter.points();
}

Size fitting_size(const BoundaryPlot& plot, double width) {
  check(plot);
  check_finite({width});
  return lay_out(plot, {width, 5 * width}).used;  // more height than any shape can use
}

}  // namespace levelgrad::host
