// SPDX-License-Identifier: MIT
#include "levelgrad/host/svg_canvas.h"

#include <fmt/format.h>

#include <cmath>

#include "levelgrad/error.h"
#include "xml_text.h"

namespace levelgrad::host {
namespace {

/// At most two decimals and no zero that says nothing: "3", "0.5", "-12.25".
std::string number(double value) {
  std::string text = fmt::format("{:.2f}", value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') {
    text.pop_back();
  }
  return text == "-0" ? "0" : text;
}

/// Opacity needs a third decimal: 1/255 is below 0.005.
std::string opacity(std::string_view attribute, Color color) {
  return color.a == 255 ? "" : fmt::format(" {}=\"{:.3g}\"", attribute, color.a / 255.0);
}

std::string hex(Color color) {
  return fmt::format("#{:02x}{:02x}{:02x}", color.r, color.g, color.b);
}

/// The attributes of a filled shape's inside.
std::string fill(Color color) {
  if (color.a == 0) {
    return " fill=\"none\"";
  }
  return fmt::format(" fill=\"{}\"{}", hex(color), opacity("fill-opacity", color));
}

/// The attributes of a line; round caps and joins are set once, for the whole picture.
std::string line(const Stroke& stroke) {
  if (!(stroke.width > 0) || stroke.color.a == 0) {
    return {};
  }
  return fmt::format(" stroke=\"{}\" stroke-width=\"{}\"{}", hex(stroke.color),
                     number(stroke.width), opacity("stroke-opacity", stroke.color));
}

std::string dashes(const Stroke& stroke) {
  if (!(stroke.dash > 0)) {
    return {};
  }
  return fmt::format(" stroke-dasharray=\"{} {}\"", number(stroke.dash), number(stroke.gap));
}

/// "M1 2L3 4 5 6": SVG repeats the L by itself.
std::string path(std::span<const Point> points) {
  std::string text;
  for (std::size_t i = 0; i < points.size(); ++i) {
    text += i == 0 ? "M" : i == 1 ? "L" : " ";
    text += number(points[i].x) + " " + number(points[i].y);
  }
  return text;
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    unsigned word = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      word = word << 8 | (at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0u);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      text += at + i > bytes.size() ? '=' : digits[word >> (18 - 6 * i) & 63u];
    }
  }
  return text;
}

std::string_view to_text(Anchor anchor) {
  switch (anchor) {
    case Anchor::Middle:
      return " text-anchor=\"middle\"";
    case Anchor::End:
      return " text-anchor=\"end\"";
    case Anchor::Start:
      break;
  }
  return "";
}

}  // namespace

SvgCanvas::SvgCanvas(Size size) : size_(size) {
  check_finite({size.width, size.height});
  if (!(size.width > 0 && size.height > 0)) {
    throw ArgumentError(fmt::format("a picture cannot be {} x {}", size.width, size.height),
                        "both sides must be positive");
  }
}

std::string SvgCanvas::svg() const {
  const std::string width = number(size_.width);
  const std::string height = number(size_.height);
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\""
      " viewBox=\"0 0 {0} {1}\" stroke-linecap=\"round\" stroke-linejoin=\"round\""
      " font-family=\"system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',"
      "'Noto Sans','DejaVu Sans',Arial,sans-serif\">\n{2}</svg>\n",
      width, height, body_);
}

void SvgCanvas::fill_rect(const Rect& rect, Color color) {
  check_finite({rect.x, rect.y, rect.width, rect.height});
  body_ += fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"{}/>\n", number(rect.x),
                       number(rect.y), number(rect.width), number(rect.height), fill(color));
}

void SvgCanvas::polyline(std::span<const Point> points, const Stroke& stroke) {
  check_finite(points);
  check_finite({stroke.width, stroke.dash, stroke.gap});
  if (points.size() < 2) {
    return;
  }
  // A closed line gets a join instead of two caps, and no seam.
  const bool closed = points.size() > 2 && points.front() == points.back();
  body_ += fmt::format("<path d=\"{}{}\" fill=\"none\"{}{}/>\n",
                       path(closed ? points.first(points.size() - 1) : points), closed ? "Z" : "",
                       line(stroke), dashes(stroke));
}

void SvgCanvas::polygon(std::span<const Point> points, Color color, const Stroke& outline) {
  check_finite(points);
  check_finite({outline.width});
  if (points.empty()) {
    return;
  }
  body_ += fmt::format("<path d=\"{}Z\"{}{}/>\n", path(points), fill(color), line(outline));
}

void SvgCanvas::circle(Point center, double radius, Color color, const Stroke& outline) {
  check_finite({center.x, center.y, radius, outline.width});
  body_ += fmt::format("<circle cx=\"{}\" cy=\"{}\" r=\"{}\"{}{}/>\n", number(center.x),
                       number(center.y), number(radius), fill(color), line(outline));
}

void SvgCanvas::text(Point baseline, std::string_view text, const TextStyle& style) {
  check_finite({baseline.x, baseline.y, style.size});
  const std::string x = number(baseline.x);
  const std::string y = number(baseline.y);
  const std::string turn =
      style.upward ? fmt::format(" transform=\"rotate(-90 {} {})\"", x, y) : "";
  body_ += fmt::format("<text x=\"{}\" y=\"{}\" font-size=\"{}\"{}{}{}{}>{}</text>\n", x, y,
                       number(style.size), style.bold ? " font-weight=\"600\"" : "",
                       to_text(style.anchor), turn, fill(style.color), escape_xml(text));
}

void SvgCanvas::image(const Rect& rect, const Image& image) {
  check_finite({rect.x, rect.y, rect.width, rect.height});
  body_ += fmt::format(
      "<image x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" preserveAspectRatio=\"none\""
      " href=\"data:image/png;base64,{}\"/>\n",
      number(rect.x), number(rect.y), number(rect.width), number(rect.height),
      base64(encode_png(image)));
}

}  // namespace levelgrad::host
