// SPDX-License-Identifier: MIT
#include "levelgrad/host/svg_canvas.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "levelgrad/error.h"
#include "png_reader.h"
#include "xml_error.h"

namespace levelgrad::host {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

TEST(XmlError, SeesErrors) {
  EXPECT_EQ(xml_error("<a b=\"x>y\"><c/>&lt;</a>\n"), "");
  EXPECT_NE(xml_error("<a><b></a>"), "");
  EXPECT_NE(xml_error("<a>&nbsp;</a>"), "");
  EXPECT_NE(xml_error("<a>1 < 2</a>"), "");
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(SvgCanvas, DrawsEveryPrimitiveAsWellFormedXml) {
  SvgCanvas canvas({120, 80.5});
  const std::array<Point, 3> points{{{1, 2}, {3.14159, 4}, {-0.001, 1e3}}};
  canvas.fill_rect({0, 0, 120, 80.5}, {255, 255, 255});
  canvas.polyline(points, {1.5, {0, 16, 255, 51}, 3, 4});
  canvas.polygon(points, {1, 2, 3}, {1, {4, 5, 6}});
  canvas.circle({10, 20}, 2.5, no_color, {1, {4, 5, 6}});
  canvas.text({5, 6}, "x1", {12, {}, Anchor::Middle, true, true});
  canvas.image({0, 0, 10, 10}, Image(2, 2));
  const std::string svg = canvas.svg();
  EXPECT_EQ(xml_error(svg), "") << svg;
  EXPECT_TRUE(contains(svg, "viewBox=\"0 0 120 80.5\""));
  EXPECT_TRUE(contains(svg,
                       "<path d=\"M1 2L3.14 4 0 1000\" fill=\"none\" stroke=\"#0010ff\""
                       " stroke-width=\"1.5\" stroke-opacity=\"0.2\""
                       " stroke-dasharray=\"3 4\"/>"));
  EXPECT_TRUE(contains(svg, "<path d=\"M1 2L3.14 4 0 1000Z\" fill=\"#010203\""));
  EXPECT_TRUE(contains(svg, "<circle cx=\"10\" cy=\"20\" r=\"2.5\" fill=\"none\""));
  EXPECT_TRUE(contains(svg, "text-anchor=\"middle\" transform=\"rotate(-90 5 6)\""));
}

TEST(SvgCanvas, ClosesALineThatEndsWhereItBegan) {
  SvgCanvas canvas({10, 10});
  canvas.polyline(std::array<Point, 4>{{{1, 1}, {5, 1}, {5, 5}, {1, 1}}}, {1, {}});
  EXPECT_TRUE(contains(canvas.svg(), "d=\"M1 1L5 1 5 5Z\""));
}

TEST(SvgCanvas, EscapesText) {
  SvgCanvas canvas({10, 10});
  canvas.text({0, 0}, "a<b> & \"c\" \x01\xff caf\xc3\xa9", {});
  const std::string svg = canvas.svg();
  EXPECT_EQ(xml_error(svg), "") << svg;
  EXPECT_TRUE(
      contains(svg, ">a&lt;b&gt; &amp; &quot;c&quot; \xef\xbf\xbd\xef\xbf\xbd caf\xc3\xa9<"))
      << svg;
}

std::string decode_base64(std::string_view text) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  unsigned word = 0;
  int bits = 0;
  for (const char c : text.substr(0, text.find('='))) {
    word = word << 6 | static_cast<unsigned>(digits.find(c));
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes += static_cast<char>(word >> bits & 255u);
    }
  }
  return bytes;
}

TEST(SvgCanvas, HoldsImagesAsPng) {
  for (const std::size_t width : {1u, 2u, 3u, 4u, 5u}) {  // so that all paddings of base64 occur
    Image image(width, 3);
    for (std::size_t i = 0; i < image.rgb.size(); ++i) {
      image.rgb[i] = static_cast<std::uint8_t>(37 * i + 11);
    }
    SvgCanvas canvas({10, 10});
    canvas.image({0, 0, 10, 10}, image);
    const std::string svg = canvas.svg();
    const std::string start = "data:image/png;base64,";
    const std::size_t at = svg.find(start) + start.size();
    const std::string base64 = svg.substr(at, svg.find('"', at) - at);
    EXPECT_EQ(base64.size() % 4, 0u);
    EXPECT_EQ(decode_png(decode_base64(base64)).rgb, image.rgb);
  }
}

TEST(SvgCanvas, RefusesWhatIsNotFinite) {
  EXPECT_THROW(SvgCanvas({0, 10}), ArgumentError);
  EXPECT_THROW(SvgCanvas({nan, 10}), ArgumentError);
  SvgCanvas canvas({10, 10});
  EXPECT_THROW(canvas.circle({nan, 0}, 1, {}, {}), ArgumentError);
  EXPECT_THROW(canvas.text({0, infinity}, "x", {}), ArgumentError);
}

}  // namespace
}  // namespace levelgrad::host
