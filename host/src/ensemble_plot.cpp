// SPDX-License-Identifier: MIT
#include "levelgrad/host/ensemble_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "levelgrad/error.h"
#include "plot_axis.h"
#include "schedule_style.h"

namespace levelgrad::host {
namespace {

constexpr Rect curves_area{84, 116, 430, 326};
constexpr Rect finals_area{610, 116, 430, 326};
constexpr std::size_t most_curves = 500;   // more of them are one blot, and a large file
constexpr std::size_t most_corners = 400;  // of a curve: as many as the panel has units
constexpr Color curve_color{0, 114, 178};
constexpr Color best_color{213, 94, 0};
constexpr Color diverged_color{204, 121, 167};

class Panels {
public:
  Panels(const EnsemblePlot& plot, Canvas& canvas) : plot_(plot), canvas_(canvas) {
    find_best();
    std::size_t longest = 1;
    for (const EnsembleCurve& curve : plot.curves) longest = std::max(longest, curve.losses.size());
    steps_ = {widened({0, static_cast<double>(longest - 1)}, 1), false, true};
    loss_ = {loss_range(), true};
    swept_ = {swept_range(), plot.swept_logarithmic, plot.swept_whole};
  }

  void draw() {
    const Size size = canvas_.size();
    canvas_.fill_rect({0, 0, size.width, size.height}, {255, 255, 255});
    canvas_.text({28, 40}, plot_.title, {.size = 20, .color = ink, .bold = true});
    canvas_.text({28, 63}, plot_.subtitle, {.size = 13, .color = soft_ink});
    frame(curves_area, steps_, "step", stride_ == 1 ? "Loss at each step" : some_curves());
    curves();
    frame(finals_area, swept_, plot_.swept_name, "Last loss");
    finals();
    legend();
  }

private:
  void find_best() {
    for (const EnsembleCurve& curve : plot_.curves) {
      if (curve.losses.empty()) continue;
      ++trained_;
      if (!curve.finite || !std::isfinite(curve.losses.back())) continue;
      if (best_ == nullptr || curve.losses.back() < best_->losses.back()) best_ = &curve;
    }
    if (best_ == nullptr) throw ArgumentError("a picture of models of which none is finite");
    stride_ = (trained_ + most_curves - 1) / most_curves;
  }

  /// From the lowest loss to ten times the highest that a model starts from: what diverges leaves.
  [[nodiscard]] Range loss_range() const {
    double low = std::numeric_limits<double>::infinity(), high = 0, start = 0;
    for (const EnsembleCurve& curve : plot_.curves) {
      if (curve.losses.empty()) continue;
      if (std::isfinite(curve.losses[0])) start = std::max(start, curve.losses[0]);
      for (const double loss : curve.losses) {
        if (!std::isfinite(loss)) continue;
        high = std::max(high, loss);
        if (loss > 0) low = std::min(low, loss);
      }
    }
    if (high <= 0) return {-1, 0};  // all losses are 0
    high = std::min(high, 10 * start);
    low = std::clamp(low, high * 1e-12, high);  // of a loss that underflows nothing can be seen
    return widened({std::log10(low) - 0.05, std::log10(high) + 0.1}, 1);
  }

  [[nodiscard]] Range swept_range() const {
    Range range{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
    for (const EnsembleCurve& curve : plot_.curves) {
      const double at = plot_.swept_logarithmic ? std::log10(curve.swept) : curve.swept;
      check_finite({at});
      range = {std::min(range.min, at), std::max(range.max, at)};
    }
    const double room = (range.max - range.min) * 0.03;
    return widened({range.min - room, range.max + room}, std::abs(range.max) * 1e-9 + 1e-9);
  }

  [[nodiscard]] std::string some_curves() const {
    return fmt::format("Loss at each step, {} of {} models", (trained_ + stride_ - 1) / stride_,
                       trained_);
  }

  void frame(const Rect& area, const Axis& x_axis, const std::string& x_name,
             const std::string& title) {
    canvas_.text({area.x, area.y - 14}, title, panel_title);
    draw_panel({area, x_axis, loss_}, x_name, "loss", canvas_);
  }

  void curve(const EnsembleCurve& curve, const Stroke& stroke) {
    std::vector<Point> points;
    const std::size_t count = curve.losses.size(),
                      stride = (count + most_corners - 1) / most_corners;
    for (std::size_t k = 0; k < count; ++k) {
      if (k % stride != 0 && k + 1 != count) continue;
      // What is not finite is above all.
      const double loss =
          std::isfinite(curve.losses[k]) ? curve.losses[k] : std::numeric_limits<double>::max();
      points.push_back(Panel{curves_area, steps_, loss_}.place(static_cast<double>(k), loss));
    }
    canvas_.polyline(points, stroke);
  }

  void curves() {
    // Many curves are fainter each, so that one sees where most of them are.
    const double crowd = std::min(1.0, static_cast<double>(trained_) / most_curves);
    const auto alpha = static_cast<std::uint8_t>(150 - 105 * std::sqrt(crowd));
    std::size_t index = 0;
    for (const EnsembleCurve& each : plot_.curves) {
      if (each.losses.empty() || index++ % stride_ != 0) continue;
      Color color = each.finite ? curve_color : diverged_color;
      color.a = alpha;
      curve(each, {1, color});
    }
    curve(*best_, {4.4, {255, 255, 255}});
    curve(*best_, {2.4, best_color});
  }

  void finals() {
    const Panel panel{finals_area, swept_, loss_};
    const double radius = trained_ > 200 ? 1.8 : 3;
    Color color = curve_color;
    color.a = trained_ > 200 ? 150 : 220;
    for (const EnsembleCurve& each : plot_.curves) {
      if (each.losses.empty() || !each.finite) continue;
      canvas_.circle(panel.place(each.swept, each.losses.back()), radius, color, {});
    }
    for (const EnsembleCurve& each : plot_.curves) {
      if (each.losses.empty() || each.finite) continue;
      const double x = finals_area.x + swept_.share(each.swept) * finals_area.width;
      cross({x, finals_area.y});
    }
    canvas_.circle(panel.place(best_->swept, best_->losses.back()), 5, best_color,
                   {1.5, {255, 255, 255}});
  }

  void cross(Point at) {
    const double r = 3.5;
    const Stroke stroke{1.6, diverged_color};
    canvas_.polyline(std::array{Point{at.x - r, at.y - r}, Point{at.x + r, at.y + r}}, stroke);
    canvas_.polyline(std::array{Point{at.x - r, at.y + r}, Point{at.x + r, at.y - r}}, stroke);
  }

  /// Whether a loss is higher than the axis.
  [[nodiscard]] bool beyond() const {
    return std::ranges::any_of(plot_.curves, [this](const EnsembleCurve& curve) {
      return std::ranges::any_of(
          curve.losses, [this](double loss) { return !(std::log10(loss) <= loss_.range.max); });
    });
  }

  void legend() {
    const double y = canvas_.size().height - 18;
    canvas_.polyline(std::array{Point{84, y - 4}, Point{104, y - 4}}, {1.2, curve_color});
    canvas_.circle({116, y - 4}, 3, curve_color, {});
    canvas_.text({128, y}, "a model", small_text);
    canvas_.polyline(std::array{Point{204, y - 4}, Point{224, y - 4}}, {2.4, best_color});
    canvas_.circle({236, y - 4}, 5, best_color, {});
    canvas_.text({248, y},
                 fmt::format("the best: {} {}, loss {:.4g}", plot_.swept_name,
                             plot_.swept_whole ? fmt::format("{:.0f}", best_->swept)
                                               : fmt::format("{:g}", best_->swept),
                             best_->losses.back()),
                 small_text);
    if (beyond()) {
      canvas_.text({finals_area.right(), y}, "losses above the axis stand at its upper edge",
                   small_end);
    }
    const bool diverged =
        std::ranges::any_of(plot_.curves, [](const auto& each) { return !each.finite; });
    if (!diverged) return;
    canvas_.polyline(std::array{Point{610, y - 4}, Point{630, y - 4}}, {1.2, diverged_color});
    cross({642, y - 4});
    canvas_.text({654, y}, "diverged", small_text);
  }

  const EnsemblePlot& plot_;
  Canvas& canvas_;
  const EnsembleCurve* best_ = nullptr;
  std::size_t trained_ = 0, stride_ = 1;
  Axis steps_{}, loss_{}, swept_{};
};

}  // namespace

void draw(const EnsemblePlot& plot, Canvas& canvas) { Panels(plot, canvas).draw(); }

}  // namespace levelgrad::host
