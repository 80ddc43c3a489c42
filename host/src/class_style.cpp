// SPDX-License-Identifier: MIT
#include "class_style.h"

#include <array>
#include <cmath>

#include "levelgrad/host/boundary_plot.h"

namespace levelgrad::host {
namespace {

// Okabe & Ito, Color Universal Design, 2008, without black and yellow, which do not show on a
// page; the pairs that differ most come first.
constexpr std::array<Color, 6> palette{
    {{0, 114, 178}, {213, 94, 0}, {0, 158, 115}, {204, 121, 167}, {86, 180, 233}, {230, 159, 0}}};

constexpr Color white{255, 255, 255};

}  // namespace

Color point_color(std::size_t class_index) { return palette[class_index % palette.size()]; }

Color region_color(std::size_t class_index, double confidence) {
  // From faint at the decision line to full; half of the way at confidence 1, where the margin
  // lines are. No exp: the C library's may differ in the last bit from machine to machine.
  const double strength = confidence < 1e30 ? confidence / (1 + confidence) : 1.0;
  // In steps that the eye cannot see, but that halve the size of the files.
  return mix(white, point_color(class_index), 0.10 + 0.50 * std::round(64 * strength) / 64);
}

void draw_marker(Canvas& canvas, Point center, std::size_t class_index, double scale,
                 MarkerKind kind) {
  const bool filled = kind == MarkerKind::Filled;
  const Color color = filled ? point_color(class_index) : white;
  const Stroke outline =
      filled ? Stroke{1.2 * scale, white} : Stroke{1.9 * scale, point_color(class_index)};
  const auto corner = [&](double x, double y) {
    return Point{center.x + scale * x, center.y + scale * y};
  };
  const auto shape = [&](std::initializer_list<Point> corners) {
    canvas.polygon({corners.begin(), corners.size()}, color, outline);
  };
  switch (class_index % 4) {
    case 0:
      return canvas.circle(center, 4.2 * scale, color, outline);
    case 1:
      return shape({corner(0, -5.1), corner(5.1, 0), corner(0, 5.1), corner(-5.1, 0)});
    case 2:
      return shape({corner(0, -5.6), corner(5.2, 3.6), corner(-5.2, 3.6)});
    default:
      return shape({corner(-3.8, -3.8), corner(3.8, -3.8), corner(3.8, 3.8), corner(-3.8, 3.8)});
  }
}

}  // namespace levelgrad::host
