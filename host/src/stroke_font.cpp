// SPDX-License-Identifier: MIT
#include "stroke_font.h"

#include <array>
#include <charconv>

#include "levelgrad/error.h"
#include "stroke_font_glyphs.h"
#include "utf8.h"

namespace levelgrad::host {
namespace {

constexpr Glyph missing_glyph{9.6, "m1.8 0 l1.8 13 l7.8 13 l7.8 0 l1.8 0"};

const Glyph& find_glyph(char32_t character) {
  return has_glyph(character) ? glyphs[character - first_glyph] : missing_glyph;
}

/// A thicker pen needs more room, and small text reads better with a little more than the drawings
/// have.
double advance(const Glyph& glyph, bool bold) { return glyph.advance + (bold ? 0.8 : 0.4); }

/// Reads the paths of stroke_font_glyphs.h, and follows them with straight lines.
class Pen {
public:
  /// The lines are appended to `lines`, with the glyph's origin at x.
  Pen(std::vector<std::vector<Point>>& lines, double x, double unit)
      : lines_(lines), x_(x), unit_(unit) {}

  void follow(std::string_view path) {
    rest_ = path;
    while (!rest_.empty()) {
      const char command = rest_.front();
      rest_.remove_prefix(1);
      run(command);
    }
  }

private:
  void run(char command) {
    switch (command) {
      case ' ':
        return;
      case 'm':
        at_ = read_point();
        lines_.emplace_back();
        return put(at_);
      case 'l':
        at_ = read_point();
        return put(at_);
      case 'd':
        return dot(read_point());
      case 'h':
        return quarter(read_point(), true);
      case 'v':
        return quarter(read_point(), false);
      case 'q': {
        const Point control = read_point();
        return curve(control, control, read_point(), 2.0 / 3);
      }
      default:
        throw InternalError("a glyph's path has an unknown command");
    }
  }

  double read_number() {
    rest_.remove_prefix(rest_.front() == ' ' ? 1 : 0);
    double number = 0;
    const auto result = std::from_chars(rest_.data(), rest_.data() + rest_.size(), number);
    rest_.remove_prefix(static_cast<std::size_t>(result.ptr - rest_.data()));
    return number;
  }

  Point read_point() {
    const double x = read_number();
    return {x, read_number()};
  }

  void put(Point p) { lines_.back().push_back({x_ + p.x * unit_, -(p.y + rise) * unit_}); }

  /// A dot is a little larger than the pen: the pen goes around in a small square.
  void dot(Point p) {
    constexpr double r = 0.22;
    lines_.emplace_back();
    for (const Point corner : {Point{-r, -r}, {r, -r}, {r, r}, {-r, r}, {-r, -r}}) {
      put({p.x + corner.x, p.y + corner.y});
    }
  }

  void quarter(Point to, bool leaves_horizontally) {
    const Point corner = leaves_horizontally ? Point{to.x, at_.y} : Point{at_.x, to.y};
    curve(corner, corner, to, roundness);
  }

  /// A cubic whose controls lie on the way to `first` from its start, to `second` from its end.
  void curve(Point first, Point second, Point to, double share) {
    const Point from = at_;
    const auto toward = [share](Point p, Point q) {
      return Point{p.x + share * (q.x - p.x), p.y + share * (q.y - p.y)};
    };
    const Point a = toward(from, first);
    const Point b = toward(to, second);
    constexpr int pieces = 8;
    for (int i = 1; i <= pieces; ++i) {
      const double t = static_cast<double>(i) / pieces;
      const double s = 1 - t;
      const auto blend = [&](double p0, double p1, double p2, double p3) {
        return s * s * s * p0 + 3 * s * s * t * p1 + 3 * s * t * t * p2 + t * t * t * p3;
      };
      put({blend(from.x, a.x, b.x, to.x), blend(from.y, a.y, b.y, to.y)});
    }
    at_ = to;
  }

  static constexpr double rise = 0.8;        // half the pen: the ink, not its centre, stands on 0
  static constexpr double roundness = 0.58;  // 0.55 is an ellipse; a little more reads better

  std::vector<std::vector<Point>>& lines_;
  double x_;
  double unit_;
  std::string_view rest_;
  Point at_;
};

}  // namespace

bool has_glyph(char32_t character) {
  return character >= first_glyph && character < first_glyph + std::size(glyphs);
}

double text_width(std::string_view text, double size, bool bold) {
  double width = 0;
  for (const char32_t character : decode_utf8(text)) {
    width += advance(find_glyph(character), bold);
  }
  return width * size / units_per_em;
}

std::vector<std::vector<Point>> text_strokes(std::string_view text, double size, bool bold) {
  std::vector<std::vector<Point>> lines;
  const double unit = size / units_per_em;
  double x = 0;
  for (const char32_t character : decode_utf8(text)) {
    const Glyph& glyph = find_glyph(character);
    Pen(lines, x, unit).follow(glyph.path);
    x += advance(glyph, bold) * unit;
  }
  return lines;
}

double stroke_width(double size, bool bold) { return (bold ? 2.7 : 1.8) * size / units_per_em; }

}  // namespace levelgrad::host
