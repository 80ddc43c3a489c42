// SPDX-License-Identifier: MIT
//
// Draws pixels.
#pragma once

#include <memory>
#include <string>

#include "levelgrad/host/canvas.h"

namespace levelgrad::host {

class Coverage;

/// An anti-aliased picture on white. The same calls give the same pixels.
class PngCanvas final : public Canvas {
public:
  /// size    in picture units.
  /// scale   pixels per unit; 2 looks sharp on today's displays.
  /// errors  ArgumentError unless the picture gets 1 to 32768 pixels on each side.
  explicit PngCanvas(Size size, double scale = 2);
  ~PngCanvas() override;

  /// As drawn so far. pixels().width is size().width * scale, rounded.
  [[nodiscard]] const Image& pixels() const { return pixels_; }
  /// The whole file as drawn so far.
  [[nodiscard]] std::string png() const { return encode_png(pixels_); }

  [[nodiscard]] Size size() const override { return size_; }
  void fill_rect(const Rect& rect, Color color) override;
  void polyline(std::span<const Point> points, const Stroke& stroke) override;
  void polygon(std::span<const Point> points, Color fill, const Stroke& outline) override;
  void circle(Point center, double radius, Color fill, const Stroke& outline) override;
  /// In levelgrad's own stroke font: printable ASCII, and a box for any other character.
  void text(Point baseline, std::string_view text, const TextStyle& style) override;
  void image(const Rect& rect, const Image& image) override;

private:
  [[nodiscard]] Point to_pixels(Point point) const;
  void add_line(std::span<const Point> points, double width);

  Size size_;
  double scale_;
  Image pixels_;
  std::unique_ptr<Coverage> coverage_;
};

}  // namespace levelgrad::host
