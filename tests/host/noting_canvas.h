// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "fitted_text.h"
#include "levelgrad/host/canvas.h"

namespace levelgrad::host {

/// Keeps what is drawn, and sees whether it is on the page.
class NotingCanvas final : public Canvas {
public:
  struct Line {
    std::vector<Point> points;
    Stroke stroke;
  };
  struct Circle {
    Point center;
    double radius;
    Color fill;
    Stroke outline;
  };
  struct Cell {
    Rect rect;
    Color color;
  };
  struct Text {
    Point baseline;
    std::string text;
    TextStyle style;
  };

  explicit NotingCanvas(Size size) : size_(size) {}
  /// Draws the plot on a page that fits it.
  template <class Plot>
  explicit NotingCanvas(const Plot& plot) : size_(fitting_size(plot)) {
    draw(plot, *this);
  }

  [[nodiscard]] Size size() const override { return size_; }
  void fill_rect(const Rect& rect, Color color) override {
    note({rect.x, rect.y});
    note({rect.right(), rect.bottom()});
    cells.push_back({rect, color});
  }
  void polyline(std::span<const Point> points, const Stroke& stroke) override {
    for (const Point& point : points) note(point);
    lines.push_back({{points.begin(), points.end()}, stroke});
  }
  void polygon(std::span<const Point> points, Color fill, const Stroke&) override {
    for (const Point& point : points) note(point);
    fills.push_back(fill);
  }
  void circle(Point center, double radius, Color fill, const Stroke& outline) override {
    note(center);
    circles.push_back({center, radius, fill, outline});
  }
  void text(Point baseline, std::string_view what, const TextStyle& style) override {
    const double width = safe_text_width(what, style.size, style.bold);
    const double share = style.anchor == Anchor::Start ? 0 : style.anchor == Anchor::End ? 1 : 0.5;
    for (const double along : {-share * width, (1 - share) * width}) {
      note(style.upward ? Point{baseline.x, baseline.y - along}
                        : Point{baseline.x + along, baseline.y});
    }
    texts.push_back({baseline, std::string(what), style});
  }
  void image(const Rect& rect, const Image& image) override {
    note({rect.x, rect.y});
    note({rect.right(), rect.bottom()});
    images.push_back(image);
  }

  /// nullptr if there is no such text.
  [[nodiscard]] const Text* find(const std::string& text) const {
    const auto found = std::ranges::find(texts, text, &Text::text);
    return found == texts.end() ? nullptr : &*found;
  }
  [[nodiscard]] bool shows(const std::string& text) const { return find(text) != nullptr; }
  [[nodiscard]] bool shows_part(const std::string& part) const {
    return std::ranges::any_of(
        texts, [&part](const Text& each) { return each.text.find(part) != std::string::npos; });
  }

  std::string outside;  ///< the first text or point that is not on the page
  std::vector<Line> lines;
  std::vector<Circle> circles;
  std::vector<Cell> cells;
  std::vector<Color> fills;
  std::vector<Text> texts;
  std::vector<Image> images;

private:
  void note(Point point) {
    const double slack = 0.01;  // of sums that are rounded
    const bool inside = point.x >= -slack && point.x <= size_.width + slack && point.y >= -slack &&
                        point.y <= size_.height + slack;
    if (!inside && outside.empty()) {
      outside = std::to_string(point.x) + ", " + std::to_string(point.y);
    }
  }

  Size size_;
};

}  // namespace levelgrad::host
