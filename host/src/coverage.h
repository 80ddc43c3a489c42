// SPDX-License-Identifier: MIT
//
// Anti-aliasing: how much of each pixel a shape covers.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "levelgrad/host/canvas.h"

namespace levelgrad::host {

/// Collects the parts of one shape and paints them at once, so that where parts overlap (the
/// joins of a line, crossing strokes of a letter) a half-covered or half-transparent pixel is
/// not painted twice. Everything is in pixels; what lies outside the page is left out.
class Coverage {
public:
  Coverage(std::size_t width, std::size_t height);

  /// All points within `radius` of the segment; from == to: a disc.
  void add_segment(Point from, Point to, double radius);
  /// All points within half_width of the circle's line.
  void add_ring(Point center, double radius, double half_width);
  /// The inside by the even-odd rule. cost O(pixels * corners).
  void add_polygon(std::span<const Point> corners);
  void add_rect(const Rect& rect);

  /// Paints what has been added and forgets it. The image has the page's size.
  void paint(Image& image, Color color);

private:
  /// Pixel columns [left, right), rows [top, bottom).
  struct Box {
    std::size_t left, top, right, bottom;
  };
  [[nodiscard]] Box clip(double left, double top, double right, double bottom) const;
  /// Raises the cover of each pixel in the box to cover_at(its centre), if that is more.
  template <class CoverAt>
  void add(const Box& box, CoverAt cover_at);

  std::size_t width_;
  std::size_t height_;
  std::vector<float> cover_;  ///< [height, width] in [0, 1]; 0 outside touched_
  Box touched_;
};

}  // namespace levelgrad::host
