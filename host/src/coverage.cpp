// SPDX-License-Identifier: MIT
#include "coverage.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace levelgrad::host {
namespace {

/// The share of the unit interval around `distance` that lies in [-half_width, half_width]: exact
/// for a straight band that is parallel to the pixel grid, and close for the others.
double band_cover(double distance, double half_width) {
  const double from = std::max(distance - 0.5, -half_width);
  const double to = std::min(distance + 0.5, half_width);
  return std::clamp(to - from, 0.0, 1.0);
}

double length(Point p) { return std::sqrt(p.x * p.x + p.y * p.y); }

double distance_to_segment(Point p, Point from, Point to) {
  const Point along{to.x - from.x, to.y - from.y};
  const Point offset{p.x - from.x, p.y - from.y};
  const double square = along.x * along.x + along.y * along.y;
  const double dot = offset.x * along.x + offset.y * along.y;
  const double share = square > 0 ? std::clamp(dot / square, 0.0, 1.0) : 0.0;
  return length({offset.x - share * along.x, offset.y - share * along.y});
}

/// Does the ray from p to the right cross the edge?
bool ray_crosses(Point p, Point from, Point to) {
  if ((from.y > p.y) == (to.y > p.y)) {
    return false;
  }
  return p.x < from.x + (p.y - from.y) / (to.y - from.y) * (to.x - from.x);
}

/// Negative inside.
double signed_distance(Point p, std::span<const Point> corners) {
  double nearest = std::numeric_limits<double>::infinity();
  bool inside = false;
  for (std::size_t i = 0; i < corners.size(); ++i) {
    const Point from = corners[i];
    const Point to = corners[(i + 1) % corners.size()];
    nearest = std::min(nearest, distance_to_segment(p, from, to));
    inside ^= ray_crosses(p, from, to);
  }
  return inside ? -nearest : nearest;
}

/// The length that two intervals share; the first is one pixel wide and centred.
double overlap(double center, double from, double to) {
  return std::clamp(std::min(center + 0.5, to) - std::max(center - 0.5, from), 0.0, 1.0);
}

/// Rounds to [0, limit] before the conversion, which would be undefined for a wild number.
std::size_t clamp_index(double value, std::size_t limit) {
  return static_cast<std::size_t>(std::clamp(value, 0.0, static_cast<double>(limit)));
}

}  // namespace

Coverage::Coverage(std::size_t width, std::size_t height)
    : width_(width), height_(height), cover_(width * height), touched_{width, height, 0, 0} {}

Coverage::Box Coverage::clip(double left, double top, double right, double bottom) const {
  return {clamp_index(std::floor(left), width_), clamp_index(std::floor(top), height_),
          clamp_index(std::ceil(right), width_), clamp_index(std::ceil(bottom), height_)};
}

template <class CoverAt>
void Coverage::add(const Box& box, CoverAt cover_at) {
  touched_ = {std::min(touched_.left, box.left), std::min(touched_.top, box.top),
              std::max(touched_.right, box.right), std::max(touched_.bottom, box.bottom)};
  for (std::size_t row = box.top; row < box.bottom; ++row) {
    float* cover = &cover_[row * width_];
    for (std::size_t column = box.left; column < box.right; ++column) {
      const Point center{static_cast<double>(column) + 0.5, static_cast<double>(row) + 0.5};
      cover[column] = std::max(cover[column], static_cast<float>(cover_at(center)));
    }
  }
}

void Coverage::add_segment(Point from, Point to, double radius) {
  const double reach = radius + 1;
  const Box box = clip(std::min(from.x, to.x) - reach, std::min(from.y, to.y) - reach,
                       std::max(from.x, to.x) + reach, std::max(from.y, to.y) + reach);
  add(box, [=](Point p) { return band_cover(distance_to_segment(p, from, to), radius); });
}

void Coverage::add_ring(Point center, double radius, double half_width) {
  const double reach = radius + half_width + 1;
  const Box box = clip(center.x - reach, center.y - reach, center.x + reach, center.y + reach);
  add(box, [=](Point p) {
    return band_cover(length({p.x - center.x, p.y - center.y}) - radius, half_width);
  });
}

void Coverage::add_polygon(std::span<const Point> corners) {
  if (corners.size() < 3) {
    return;
  }
  const auto [left, right] = std::ranges::minmax(corners, {}, &Point::x);
  const auto [top, bottom] = std::ranges::minmax(corners, {}, &Point::y);
  add(clip(left.x - 1, top.y - 1, right.x + 1, bottom.y + 1),
      [=](Point p) { return std::clamp(0.5 - signed_distance(p, corners), 0.0, 1.0); });
}

void Coverage::add_rect(const Rect& rect) {
  add(clip(rect.x, rect.y, rect.right(), rect.bottom()), [=](Point p) {
    return overlap(p.x, rect.x, rect.right()) * overlap(p.y, rect.y, rect.bottom());
  });
}

void Coverage::paint(Image& image, Color color) {
  const double strength = color.a / 255.0;
  const std::uint8_t rgb[3]{color.r, color.g, color.b};
  for (std::size_t row = touched_.top; row < touched_.bottom; ++row) {
    for (std::size_t column = touched_.left; column < touched_.right; ++column) {
      const double share = strength * static_cast<double>(cover_[row * width_ + column]);
      std::uint8_t* pixel = image.pixel(row, column);
      for (std::size_t i = 0; share > 0 && i < 3; ++i) {
        pixel[i] = to_byte(pixel[i] + share * (rgb[i] - pixel[i]));
      }
    }
    if (touched_.left < touched_.right) {
      std::fill(&cover_[row * width_ + touched_.left], &cover_[row * width_] + touched_.right,
                0.0f);
    }
  }
  touched_ = {width_, height_, 0, 0};
}

}  // namespace levelgrad::host
