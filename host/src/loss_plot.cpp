// SPDX-License-Identifier: MIT
#include "levelgrad/host/loss_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "curve_thinning.h"
#include "fitted_text.h"
#include "levelgrad/error.h"
#include "plot_axis.h"
#include "schedule_style.h"

namespace levelgrad::host {
namespace {

constexpr double page_width = 760;
constexpr double losses_height = 280;
constexpr double accuracies_height = 150;
constexpr double legend_leading = 20;
constexpr double legend_gap = 14;      // from the legend's last baseline to the panel
constexpr double labels_height = 52;   // below a panel
constexpr double longest_name = 240;   // of a legend entry
constexpr double least_log_span = 50;  // of a logarithmic axis: highest by lowest
constexpr std::size_t most_dots = 40;
constexpr Stroke best_stroke{1.2, soft_ink, 4, 4};

void check(const LossPlot& plot) {
  const auto check_step = [](double step, double before) {
    if (!(std::isfinite(step) && step >= before)) {
      throw ArgumentError(fmt::format("a curve goes from step {} to step {}", before, step),
                          "steps must be finite and must not descend");
    }
  };
  for (const std::vector<Curve>* curves : {&plot.losses, &plot.accuracies}) {
    for (const Curve& curve : *curves) {
      double before = std::numeric_limits<double>::lowest();
      for (const CurvePoint& point : curve.points) {
        check_step(point.step, before);
        before = point.step;
      }
    }
  }
  if (plot.best_step) check_step(*plot.best_step, std::numeric_limits<double>::lowest());
}

Range range_of_steps(const LossPlot& plot) {
  Range range = empty_range;
  for (const std::vector<Curve>* curves : {&plot.losses, &plot.accuracies}) {
    for (const Curve& curve : *curves) {
      for (const CurvePoint& point : curve.points) include(range, point.step);
    }
  }
  if (range.min > range.max) return {0, 1};
  return widened(range, std::max(1.0, 1e-9 * std::abs(range.max)));
}

Axis loss_axis(std::span<const Curve> losses) {
  Range range = empty_range, positive = empty_range;
  for (const Curve& curve : losses) {
    for (const CurvePoint& point : curve.points) {
      include(range, point.value);
      if (point.value > 0) include(positive, point.value);
    }
  }
  if (range.min < 0 || !(positive.max / positive.min >= least_log_span)) return {axis_range(range)};
  return {{std::log10(positive.min) - 0.05, std::log10(positive.max) + 0.1}, true};
}

Axis accuracy_axis(std::span<const Curve> accuracies) {
  Range range = empty_range;
  for (const Curve& curve : accuracies) {
    for (const CurvePoint& point : curve.points) include(range, point.value);
  }
  return {axis_range(range)};
}

/// The value at a step, if the curve has one there.
std::optional<double> value_at(const Curve& curve, double step) {
  const auto found = std::ranges::lower_bound(curve.points, step, {}, &CurvePoint::step);
  if (found == curve.points.end() || found->step != step || !std::isfinite(found->value)) return {};
  return found->value;
}

bool has_gap(const Curve& curve) {
  return std::ranges::any_of(curve.points,
                             [](const CurvePoint& point) { return !std::isfinite(point.value); });
}

struct LegendText {
  enum class Sign { Line, Cross } sign;
  std::string text;
  Stroke sample;
  Point place;  ///< left end of the text's baseline; the sample stands to the left of it
};

constexpr double sample_room = 30;

/// Sets the entries in lines of the page's width. Returns the last line's baseline.
double flow(std::vector<LegendText>& entries, double left, double baseline) {
  double x = left;
  for (LegendText& entry : entries) {
    const double width = sample_room + safe_text_width(entry.text, small_text.size) + 14;
    if (x > left && x + width > page_width - heading_margin) {
      x = left;
      baseline += legend_leading;
    }
    entry.place = {x + sample_room, baseline};
    x += width;
  }
  return baseline;
}

/// One panel with its curves.
struct CurvePanel {
  std::span<const Curve> curves;
  Panel panel;
  std::string y_name;
  std::vector<LegendText> legend;
};

double widest_label(const Axis& axis) {
  double widest = 0;
  for (const Tick& tick : ticks_of(axis)) {
    widest = std::max(widest, safe_text_width(tick.label, small_end.size));
  }
  return widest;
}

class LossPainting {
public:
  explicit LossPainting(const LossPlot& plot) : plot_(plot) {
    check(plot);
    const Axis losses = loss_axis(plot.losses);
    add(plot.losses, losses, losses.logarithmic ? "loss (logarithmic)" : "loss");
    if (!plot.accuracies.empty()) {
      add(plot.accuracies, accuracy_axis(plot.accuracies), "accuracy");
    }
    if (plot.best_step) {
      panels_[0].legend.push_back({LegendText::Sign::Line, best_text(), best_stroke, {}});
    }
    lay_out();
  }

  [[nodiscard]] Size size() const { return {page_width, bottom_}; }

  void draw(Canvas& canvas) const {
    canvas.fill_rect({0, 0, canvas.size().width, canvas.size().height}, {255, 255, 255});
    draw_heading(plot_.title, plot_.subtitle, canvas);
    for (const CurvePanel& each : panels_) {
      const bool last = &each == &panels_.back();
      draw_panel(each.panel, last ? plot_.x_name : "", each.y_name, canvas);
      legend(each, canvas);
      best_line(each, canvas);
      for (std::size_t k = 0; k < each.curves.size(); ++k) curve(each, k, canvas);
    }
    best_ring(canvas);
  }

private:
  void add(std::span<const Curve> curves, const Axis& axis, std::string y_name) {
    CurvePanel panel{curves, {{}, {range_of_steps(plot_), false, true}, axis}, y_name, {}};
    for (std::size_t k = 0; k < curves.size(); ++k) {
      panel.legend.push_back({LegendText::Sign::Line,
                              fitted(curves[k].name, longest_name, small_text.size),
                              stroke(k),
                              {}});
    }
    if (std::ranges::any_of(curves, has_gap)) {
      panel.legend.push_back({LegendText::Sign::Cross, "not finite", {2, soft_ink}, {}});
    }
    panels_.push_back(std::move(panel));
  }

  /// One below the other, with the same left edge.
  void lay_out() {
    double labels = 0;
    for (const CurvePanel& each : panels_) {
      labels = std::max(labels, widest_label(each.panel.y));
    }
    const double left = heading_margin + 10 + labels + 16;
    double y = heading_height(plot_.title, plot_.subtitle);
    for (CurvePanel& each : panels_) {
      const bool first = &each == &panels_.front();
      y = flow(each.legend, left, y + 16) + legend_gap;
      const double height = first ? losses_height : accuracies_height;
      each.panel.area = {left, y, page_width - heading_margin - left, height};
      each.panel.y_name_gap = labels + 18;
      y += height + (&each == &panels_.back() ? labels_height : labels_height / 2);
    }
    bottom_ = y;
  }

  /// A noisy curve that fills columns would hide the others if it were thicker.
  static Stroke stroke(std::size_t k, bool dense = false) {
    return {dense ? 1 : 1.6, point_color(k)};
  }

  [[nodiscard]] std::optional<double> best_value() const {
    if (!plot_.best_step || plot_.losses.empty()) return {};
    return value_at(plot_.losses.back(), *plot_.best_step);
  }

  [[nodiscard]] std::string best_text() const {
    const std::string step = fmt::format("best: {} {:.0f}", plot_.x_name, *plot_.best_step);
    const auto value = best_value();
    return value ? fmt::format("{}, {:.4g}", step, *value) : step;
  }

  static void legend(const CurvePanel& each, Canvas& canvas) {
    for (const LegendText& entry : each.legend) {
      const auto [x, baseline] = entry.place;
      const double middle = baseline - 4;
      if (entry.sign == LegendText::Sign::Line) {
        canvas.polyline(std::array{Point{x - 24, middle}, Point{x - 7, middle}}, entry.sample);
      } else {
        cross({x - 13, middle}, entry.sample, canvas);
      }
      canvas.text({x, baseline}, entry.text, small_text);
    }
  }

  void best_line(const CurvePanel& each, Canvas& canvas) const {
    if (!plot_.best_step) return;
    const Rect& area = each.panel.area;
    const double x = each.panel.place(*plot_.best_step, 0).x;
    canvas.polyline(std::array{Point{x, area.y}, Point{x, area.bottom()}}, best_stroke);
  }

  void best_ring(Canvas& canvas) const {
    if (const auto value = best_value()) {
      canvas.circle(panels_[0].panel.place(*plot_.best_step, *value), 4.5, {255, 255, 255},
                    {2, point_color(plot_.losses.size() - 1)});
    }
  }

  static void curve(const CurvePanel& each, std::size_t k, Canvas& canvas) {
    const Panel& panel = each.panel;
    const Curve& curve = each.curves[k];
    const bool dense = static_cast<double>(curve.points.size()) > panel.area.width;
    const ThinCurve thin = thinned(curve.points, panel.x.range, panel.area.width);
    for (const std::vector<CurvePoint>& piece : thin.pieces) {
      std::vector<Point> line;
      for (const CurvePoint& point : piece) line.push_back(panel.place(point.step, point.value));
      canvas.polyline(line, stroke(k, dense));
      if (curve.points.size() > most_dots && line.size() > 1) continue;
      for (const Point& point : line) canvas.circle(point, 2.4, point_color(k), {});
    }
    for (const double gap : thin.gaps) {
      cross({panel.place(gap, 0).x, panel.area.y}, {2, point_color(k)}, canvas);
    }
  }

  static void cross(Point at, const Stroke& stroke, Canvas& canvas) {
    const double r = 4;
    canvas.polyline(std::array{Point{at.x - r, at.y - r}, Point{at.x + r, at.y + r}}, stroke);
    canvas.polyline(std::array{Point{at.x - r, at.y + r}, Point{at.x + r, at.y - r}}, stroke);
  }

  const LossPlot& plot_;
  std::vector<CurvePanel> panels_;
  double bottom_ = 0;
};

}  // namespace

void draw(const LossPlot& plot, Canvas& canvas) { LossPainting(plot).draw(canvas); }

Size fitting_size(const LossPlot& plot) { return LossPainting(plot).size(); }

}  // namespace levelgrad::host
