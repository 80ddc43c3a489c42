// SPDX-License-Identifier: MIT
#include "plot_axis.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "schedule_style.h"

namespace levelgrad::host {
namespace {

std::vector<Tick> logarithmic_ticks(Range range) {
  std::vector<Tick> found;
  const double decades = range.max - range.min;
  const int stride = std::max(1, static_cast<int>(std::ceil(decades / 8)));
  const auto first = static_cast<int>(std::floor(range.min));
  for (int power = first; power <= range.max; ++power) {
    for (const int times : {1, 2, 5}) {
      if (times > 1 && decades > 3) continue;
      if (decades > 3 && (power - first) % stride != 0) continue;
      const double number = times * std::pow(10, power);
      const double at = std::log10(number);
      if (at < range.min - 1e-9 || at > range.max + 1e-9) continue;
      found.push_back({number, fmt::format("{:g}", number)});
    }
  }
  return found;
}

}  // namespace

double Axis::share(double number) const {
  const double at = logarithmic ? std::log10(number) : number;
  return std::clamp((at - range.min) / (range.max - range.min), 0.0, 1.0);
}

std::vector<Tick> ticks_of(const Axis& axis, double most) {
  if (axis.logarithmic) return logarithmic_ticks(axis.range);
  const double step = (axis.range.max - axis.range.min) / most;
  return ticks(axis.range, axis.whole ? std::max(step, 1.0) : step);
}

Range widened(Range range, double least) {
  if (range.max - range.min >= least) return range;
  const double middle = (range.max + range.min) / 2;
  return {middle - least / 2, middle + least / 2};
}

void include(Range& range, double number) {
  if (!std::isfinite(number)) return;
  number = std::clamp(number, -1e300, 1e300);
  range = {std::min(range.min, number), std::max(range.max, number)};
}

Range axis_range(Range range) {
  if (range.min > range.max) return {0, 1};
  const double largest = std::max(std::abs(range.min), std::abs(range.max));
  const double room = (range.max - range.min) * 0.04;
  // Of less than 1e-290 a tick's step would have no power of ten; less than 1e-9 of the numbers
  // themselves cannot be told apart by labels.
  const double least = range.min == range.max ? (largest == 0 ? 1 : 0.2 * largest) : 1e-9 * largest;
  return widened({range.min - room, range.max + room}, std::max(least, 1e-290));
}

void draw_panel(const Panel& panel, std::string_view x_name, std::string_view y_name,
                Canvas& canvas) {
  const Rect& area = panel.area;
  for (const Tick& tick : ticks_of(panel.y)) {
    const double y = area.bottom() - panel.y.share(tick.value) * area.height;
    canvas.polyline(std::array{Point{area.x, y}, Point{area.right(), y}}, {1, grid_color});
    canvas.text({area.x - 8, y + 4}, tick.label, small_end);
  }
  for (const Tick& tick : ticks_of(panel.x)) {
    const double x = area.x + panel.x.share(tick.value) * area.width;
    canvas.polyline(std::array{Point{x, area.y}, Point{x, area.bottom()}}, {1, grid_color});
    canvas.text({x, area.bottom() + 17}, tick.label, small_middle);
  }
  canvas.polygon(std::array{Point{area.x, area.y}, Point{area.right(), area.y},
                            Point{area.right(), area.bottom()}, Point{area.x, area.bottom()}},
                 no_color, {1, axis_color});
  canvas.text({area.x + area.width / 2, area.bottom() + 37}, x_name, small_middle);
  canvas.text({area.x - panel.y_name_gap, area.y + area.height / 2}, y_name, upward_text);
}

}  // namespace levelgrad::host
