// SPDX-License-Identifier: MIT
#include "levelgrad/host/canvas.h"

#include <algorithm>
#include <cmath>

#include "levelgrad/error.h"

namespace levelgrad::host {
namespace {

std::uint8_t mix(std::uint8_t from, std::uint8_t to, double share) {
  return to_byte(from + share * (to - from));
}

}  // namespace

Color mix(Color from, Color to, double share) {
  share = std::clamp(share, 0.0, 1.0);
  return {mix(from.r, to.r, share), mix(from.g, to.g, share), mix(from.b, to.b, share),
          mix(from.a, to.a, share)};
}

void check_finite(std::initializer_list<double> numbers) {
  for (const double number : numbers) {
    if (!std::isfinite(number)) {
      throw ArgumentError("a coordinate of a picture is not finite",
                          "leave out points that are NaN or infinite");
    }
  }
}

void check_finite(std::span<const Point> points) {
  for (const Point& point : points) {
    check_finite({point.x, point.y});
  }
}

}  // namespace levelgrad::host
