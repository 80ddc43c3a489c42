// SPDX-License-Identifier: MIT
//
// Draws as SVG text.
#pragma once

#include <string>

#include "levelgrad/host/canvas.h"

namespace levelgrad::host {

/// The same calls give the same bytes. Coordinates are rounded to 1/100 unit.
class SvgCanvas final : public Canvas {
public:
  /// errors   ArgumentError unless both sides are positive and finite.
  explicit SvgCanvas(Size size);

  /// The whole file as drawn so far.
  [[nodiscard]] std::string svg() const;

  [[nodiscard]] Size size() const override { return size_; }
  void fill_rect(const Rect& rect, Color color) override;
  void polyline(std::span<const Point> points, const Stroke& stroke) override;
  void polygon(std::span<const Point> points, Color fill, const Stroke& outline) override;
  void circle(Point center, double radius, Color fill, const Stroke& outline) override;
  void text(Point baseline, std::string_view text, const TextStyle& style) override;
  /// The pixels go into the file as a PNG in base64.
  void image(const Rect& rect, const Image& image) override;

private:
  Size size_;
  std::string body_;
};

}  // namespace levelgrad::host
