// SPDX-License-Identifier: MIT
//
// What a picture can be drawn on. Few primitives, so that SVG and PNG look the same.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

#include "levelgrad/host/image.h"

namespace levelgrad::host {

struct Color {
  std::uint8_t r = 0, g = 0, b = 0;
  std::uint8_t a = 255;
  friend bool operator==(const Color&, const Color&) = default;
};

/// The color that is `share` of the way from one to the other; share in [0, 1].
[[nodiscard]] Color mix(Color from, Color to, double share);

inline constexpr Color no_color{0, 0, 0, 0};

/// In picture units (a CSS pixel), x to the right, y down.
struct Point {
  double x = 0, y = 0;
  friend bool operator==(const Point&, const Point&) = default;
};

struct Size {
  double width = 0, height = 0;
};

struct Rect {
  double x = 0, y = 0, width = 0, height = 0;
  [[nodiscard]] double right() const { return x + width; }
  [[nodiscard]] double bottom() const { return y + height; }
};

/// A line with round caps and joins. Width 0 draws nothing.
struct Stroke {
  double width = 0;
  Color color;
  double dash = 0;  ///< polylines only: length of a dash; 0: a solid line
  double gap = 0;   ///< from the end of a dash to the next; the caps are drawn into it
};

enum class Anchor { Start, Middle, End };

struct TextStyle {
  double size = 12;  ///< height of the em square
  Color color;
  Anchor anchor = Anchor::Start;
  bool bold = false;
  bool upward = false;  ///< a quarter turn to the left, for the name of a vertical axis
};

/// Draws in the order of the calls, each over what is there.
///
/// errors   every member throws ArgumentError for a coordinate or width that is not finite.
class Canvas {
public:
  Canvas() = default;
  Canvas(const Canvas&) = delete;
  Canvas& operator=(const Canvas&) = delete;
  virtual ~Canvas() = default;

  [[nodiscard]] virtual Size size() const = 0;

  virtual void fill_rect(const Rect& rect, Color color) = 0;
  virtual void polyline(std::span<const Point> points, const Stroke& stroke) = 0;
  /// points   [corners], without the first one repeated; the outline is centred on the edges.
  virtual void polygon(std::span<const Point> points, Color fill, const Stroke& outline) = 0;
  virtual void circle(Point center, double radius, Color fill, const Stroke& outline) = 0;
  /// baseline   where the anchor of the text stands.
  /// text       UTF-8; what is not UTF-8 is shown as a replacement character.
  virtual void text(Point baseline, std::string_view text, const TextStyle& style) = 0;
  /// Stretches the image over the rectangle, smoothly.
  virtual void image(const Rect& rect, const Image& image) = 0;
};

/// Throws ArgumentError unless all are finite.
void check_finite(std::initializer_list<double> numbers);
void check_finite(std::span<const Point> points);

}  // namespace levelgrad::host
