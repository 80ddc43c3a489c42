// SPDX-License-Identifier: MIT
#include "levelgrad/host/png_canvas.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "coverage.h"
#include "levelgrad/error.h"
#include "stroke_font.h"

namespace levelgrad::host {
namespace {

std::size_t pixel_count(double units, double scale) {
  const double count = std::round(units * scale);
  if (!(count >= 1 && count <= 32768)) {  // so that NaN fails as well
    throw ArgumentError(fmt::format("a picture side of {} units at scale {}", units, scale),
                        "it must come to 1 to 32768 pixels");
  }
  return static_cast<std::size_t>(count);
}

/// Cuts a line into its dashes.
std::vector<std::vector<Point>> cut(std::span<const Point> points, double dash, double gap) {
  std::vector<std::vector<Point>> dashes{{points[0]}};
  bool on = true;
  double left = dash;  // what is left of the current dash or gap
  for (std::size_t i = 1; i < points.size(); ++i) {
    Point from = points[i - 1];
    const Point to = points[i];
    double rest = std::hypot(to.x - from.x, to.y - from.y);
    while (rest > left) {
      const double share = left / rest;
      from = {from.x + share * (to.x - from.x), from.y + share * (to.y - from.y)};
      rest -= left;
      if (on) dashes.back().push_back(from);
      if (!on) dashes.push_back({from});
      on = !on;
      left = on ? dash : gap;
    }
    left -= rest;
    if (on) dashes.back().push_back(to);
  }
  return dashes;
}

/// Sums of channels, for an average.
struct ColorSum {
  double rgb[3]{};

  void add(const Image& image, std::size_t row, std::size_t column, double weight) {
    for (std::size_t i = 0; i < 3; ++i) {
      rgb[i] += weight * image.pixel(row, column)[i];
    }
  }
};

/// Adds the bilinear color at a place in the image; x in [0, width], y in [0, height].
void add_sample(ColorSum& sum, const Image& image, double x, double y) {
  x = std::clamp(x - 0.5, 0.0, static_cast<double>(image.width - 1));
  y = std::clamp(y - 0.5, 0.0, static_cast<double>(image.height - 1));
  const auto column = static_cast<std::size_t>(x);
  const auto row = static_cast<std::size_t>(y);
  const std::size_t right = std::min(column + 1, image.width - 1);
  const std::size_t below = std::min(row + 1, image.height - 1);
  const double u = x - static_cast<double>(column);
  const double v = y - static_cast<double>(row);
  sum.add(image, row, column, (1 - u) * (1 - v));
  sum.add(image, row, right, u * (1 - v));
  sum.add(image, below, column, (1 - u) * v);
  sum.add(image, below, right, u * v);
}

/// Samples per side of a pixel: more than one where the image is shrunk, so that none of its
/// pixels is lost.
std::size_t sample_count(std::size_t image_side, double target_side) {
  return static_cast<std::size_t>(
      std::clamp(std::ceil(static_cast<double>(image_side) / target_side - 1e-9), 1.0, 8.0));
}

}  // namespace

PngCanvas::PngCanvas(Size size, double scale)
    : size_(size),
      scale_(scale),
      pixels_(pixel_count(size.width, scale), pixel_count(size.height, scale)),
      coverage_(std::make_unique<Coverage>(pixels_.width, pixels_.height)) {
  std::ranges::fill(pixels_.rgb, std::uint8_t{255});
}

PngCanvas::~PngCanvas() = default;

Point PngCanvas::to_pixels(Point point) const { return {point.x * scale_, point.y * scale_}; }

void PngCanvas::add_line(std::span<const Point> points, double width) {
  if (points.size() == 1) {
    coverage_->add_segment(to_pixels(points[0]), to_pixels(points[0]), width / 2 * scale_);
  }
  for (std::size_t i = 1; i < points.size(); ++i) {
    coverage_->add_segment(to_pixels(points[i - 1]), to_pixels(points[i]), width / 2 * scale_);
  }
}

void PngCanvas::fill_rect(const Rect& rect, Color color) {
  check_finite({rect.x, rect.y, rect.width, rect.height});
  coverage_->add_rect(
      {rect.x * scale_, rect.y * scale_, rect.width * scale_, rect.height * scale_});
  coverage_->paint(pixels_, color);
}

void PngCanvas::polyline(std::span<const Point> points, const Stroke& stroke) {
  check_finite(points);
  check_finite({stroke.width, stroke.dash, stroke.gap});
  if (points.size() < 2 || !(stroke.width > 0)) {
    return;
  }
  if (stroke.dash > 0 && stroke.gap > 0) {
    for (const std::vector<Point>& dash : cut(points, stroke.dash, stroke.gap)) {
      add_line(dash, stroke.width);
    }
  } else {
    add_line(points, stroke.width);
  }
  coverage_->paint(pixels_, stroke.color);
}

void PngCanvas::polygon(std::span<const Point> points, Color fill, const Stroke& outline) {
  check_finite(points);
  check_finite({outline.width});
  if (points.empty()) {
    return;
  }
  std::vector<Point> corners;
  std::ranges::transform(points, std::back_inserter(corners),
                         [this](Point point) { return to_pixels(point); });
  coverage_->add_polygon(corners);
  coverage_->paint(pixels_, fill);
  if (outline.width > 0) {
    std::vector<Point> closed(points.begin(), points.end());
    closed.push_back(points.front());
    add_line(closed, outline.width);
    coverage_->paint(pixels_, outline.color);
  }
}

void PngCanvas::circle(Point center, double radius, Color fill, const Stroke& outline) {
  check_finite({center.x, center.y, radius, outline.width});
  coverage_->add_segment(to_pixels(center), to_pixels(center), radius * scale_);
  coverage_->paint(pixels_, fill);
  if (outline.width > 0) {
    coverage_->add_ring(to_pixels(center), radius * scale_, outline.width / 2 * scale_);
    coverage_->paint(pixels_, outline.color);
  }
}

void PngCanvas::text(Point baseline, std::string_view text, const TextStyle& style) {
  check_finite({baseline.x, baseline.y, style.size});
  const double width = text_width(text, style.size, style.bold);
  const double start = style.anchor == Anchor::Start ? 0
                       : style.anchor == Anchor::End ? -width
                                                     : -width / 2;
  for (std::vector<Point> line : text_strokes(text, style.size, style.bold)) {
    for (Point& point : line) {
      const double x = start + point.x;
      point = style.upward ? Point{baseline.x + point.y, baseline.y - x}
                           : Point{baseline.x + x, baseline.y + point.y};
    }
    add_line(line, stroke_width(style.size, style.bold));
  }
  coverage_->paint(pixels_, style.color);
}

void PngCanvas::image(const Rect& rect, const Image& image) {
  check_finite({rect.x, rect.y, rect.width, rect.height});
  const Rect target{rect.x * scale_, rect.y * scale_, rect.width * scale_, rect.height * scale_};
  if (!(target.width > 0 && target.height > 0) || image.rgb.empty()) {
    return;
  }
  const std::size_t across = sample_count(image.width, target.width);
  const std::size_t down = sample_count(image.height, target.height);
  const auto to_index = [](double value, std::size_t limit) {
    return static_cast<std::size_t>(std::clamp(std::round(value), 0.0, static_cast<double>(limit)));
  };
  const auto source = [](std::size_t pixel, std::size_t sample, std::size_t samples, double start,
                         double ratio) {
    const double within = (static_cast<double>(sample) + 0.5) / static_cast<double>(samples);
    return (static_cast<double>(pixel) + within - start) * ratio;
  };
  const double x_ratio = static_cast<double>(image.width) / target.width;
  const double y_ratio = static_cast<double>(image.height) / target.height;
  const std::size_t last_row = to_index(target.bottom(), pixels_.height);
  const std::size_t last_column = to_index(target.right(), pixels_.width);
  for (std::size_t row = to_index(target.y, pixels_.height); row < last_row; ++row) {
    for (std::size_t column = to_index(target.x, pixels_.width); column < last_column; ++column) {
      ColorSum sum;
      for (std::size_t i = 0; i < down * across; ++i) {
        add_sample(sum, image, source(column, i % across, across, target.x, x_ratio),
                   source(row, i / across, down, target.y, y_ratio));
      }
      for (std::size_t i = 0; i < 3; ++i) {
        pixels_.pixel(row, column)[i] = to_byte(sum.rgb[i] / static_cast<double>(down * across));
      }
    }
  }
}

}  // namespace levelgrad::host
