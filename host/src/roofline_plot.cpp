// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "schedule_style.h"
#include "schedule_words.h"

namespace levelgrad::host {
namespace {

constexpr Color memory_color{213, 94, 0};
constexpr Color shared_color{0, 158, 115};
constexpr Color peak_color{0, 114, 178};

class Roofline {
public:
  Roofline(const ScheduleReport& report, const Rect& area, Canvas& canvas)
      : report_(report),
        gpu_(report.gpu),
        canvas_(canvas),
        area_(area),
        peak_(report.gpu.peak(report.dtype)) {
    double low = peak_ / gpu_.shared_bandwidth(), high = gpu_.ridge(report.dtype);
    for (const StorageForm& form : report.forms) {
      if (form.intensity <= 0) continue;
      low = std::min(low, form.intensity);
      high = std::max(high, form.intensity);
    }
    x_low_ = std::floor(std::log10(low) - 0.4);
    x_high_ = std::ceil(std::log10(high) + 0.4);
    y_high_ = std::ceil(std::log10(peak_) + 0.2);
    y_low_ = std::floor(std::log10(gpu_.bandwidth) + x_low_ + 0.3);
  }

  void draw() {
    grid();
    ridge();
    roof(gpu_.bandwidth, memory_color);
    roof(gpu_.shared_bandwidth(), shared_color);
    canvas_.polyline(std::array{place(peak_ / gpu_.shared_bandwidth(), peak_),
                                Point{area_.right(), place(1, peak_).y}},
                     {2.4, peak_color});
    points();
    legend();
  }

private:
  /// From op/byte and op/s.
  [[nodiscard]] Point place(double intensity, double rate) const {
    return {area_.x + (std::log10(intensity) - x_low_) / (x_high_ - x_low_) * area_.width,
            area_.bottom() - (std::log10(rate) - y_low_) / (y_high_ - y_low_) * area_.height};
  }

  void grid() {
    const int x_labels = x_high_ - x_low_ > 7 ? 2 : 1;
    for (double power = x_low_; power <= x_high_; ++power) {
      const double x = place(std::pow(10, power), 1).x;
      canvas_.polyline(std::array{Point{x, area_.y}, Point{x, area_.bottom()}}, {1, grid_color});
      if (static_cast<int>(power - x_low_) % x_labels != 0) continue;
      const double number = std::pow(10, power);
      canvas_.text({x, area_.bottom() + 16},
                   number < 1000 ? fmt::format("{:g}", number) : with_prefix(number), small_middle);
    }
    for (double power = y_low_; power <= y_high_; ++power) {
      const double y = place(1, std::pow(10, power)).y;
      canvas_.polyline(std::array{Point{area_.x, y}, Point{area_.right(), y}}, {1, grid_color});
      canvas_.text({area_.x - 8, y + 4}, with_prefix(std::pow(10, power)), small_end);
    }
    canvas_.text({area_.x + area_.width / 2, area_.bottom() + 34}, "operations per byte",
                 small_middle);
    canvas_.text({area_.x - 52, area_.y + area_.height / 2}, "operations per second", upward_text);
  }

  /// A bandwidth: from the left edge, or the lower one, up to the peak.
  void roof(double bandwidth, Color color) {
    const double leftmost = std::pow(10, x_low_), lowest = std::pow(10, y_low_);
    const double from = std::max(leftmost, lowest / bandwidth);
    canvas_.polyline(std::array{place(from, from * bandwidth), place(peak_ / bandwidth, peak_)},
                     {2.4, color});
  }

  void ridge() {
    const Point top = place(gpu_.ridge(report_.dtype), peak_);
    canvas_.polyline(std::array{top, Point{top.x, area_.bottom()}}, {1.2, axis_color, 3, 5});
  }

  /// Points, and below each the letter that the legend explains; of points at one place together.
  void points() {
    std::array<Point, 3> centers;
    std::array<std::string, 3> letters;
    for (std::size_t k = 0; k < report_.forms.size(); ++k) {
      const StorageForm& form = report_.forms[k];
      if (form.examples_per_second <= 0 || form.intensity <= 0) continue;
      centers[k] = place(form.intensity,
                         form.examples_per_second * static_cast<double>(report_.operations()));
      std::size_t at = k;
      for (std::size_t before = 0; before < k; ++before) {
        const bool close =
            std::hypot(centers[before].x - centers[k].x, centers[before].y - centers[k].y) < 12;
        if (close && !letters[before].empty()) at = before;
      }
      letters[at] += (letters[at].empty() ? "" : ", ") + std::string(1, letter(k));
      canvas_.circle(centers[k], 5, ink, {1.5, {255, 255, 255}});
    }
    for (std::size_t k = 0; k < letters.size(); ++k) {
      canvas_.text({centers[k].x + 8, centers[k].y + 15}, letters[k],
                   {.size = 12, .color = ink, .bold = true});
    }
  }

  [[nodiscard]] static char letter(std::size_t form) { return static_cast<char>('A' + form); }

  void legend() {
    const double x = area_.right() + 22;
    double y = area_.y + 6;
    const auto entry = [&](Color color, const std::string& text, double dash = 0) {
      canvas_.polyline(std::array{Point{x, y - 4}, Point{x + 18, y - 4}},
                       {dash > 0 ? 1.2 : 2.4, color, dash, 5});
      canvas_.text({x + 26, y}, text, small_text);
      y += 17;
    };
    entry(peak_color, with_prefix(peak_) + "op/s without fma");
    entry(shared_color, with_prefix(gpu_.shared_bandwidth()) + "B/s shared memory");
    entry(memory_color, with_prefix(gpu_.bandwidth) + "B/s memory");
    entry(axis_color, fmt::format("ridge: {:.3g} op/byte", gpu_.ridge(report_.dtype)), 3);
    y += 8;
    for (std::size_t k = 0; k < report_.forms.size(); ++k) {
      const StorageForm& form = report_.forms[k];
      canvas_.text({x + 5, y}, std::string(1, letter(k)), {.size = 12, .color = ink, .bold = true});
      canvas_.text({x + 26, y}, "numbers in " + form.name, small_text);
      const bool works = form.examples_per_second > 0;
      canvas_.text({x + 26, y + 15},
                   works ? with_prefix(form.examples_per_second) + " examples/s" : form.obstacle,
                   {.size = works ? 12.0 : 11.0, .color = ink, .bold = works});
      y += 37;
    }
  }

  const ScheduleReport& report_;
  const Gpu& gpu_;
  Canvas& canvas_;
  Rect area_;
  double peak_;
  double x_low_, x_high_, y_low_, y_high_;  // powers of ten
};

}  // namespace

void draw_roofline(const ScheduleReport& report, const Rect& area, Canvas& canvas) {
  Roofline(report, area, canvas).draw();
}

}  // namespace levelgrad::host
