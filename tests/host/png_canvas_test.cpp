// SPDX-License-Identifier: MIT
#include "levelgrad/host/png_canvas.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

#include "levelgrad/error.h"
#include "png_reader.h"

namespace levelgrad::host {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

constexpr Color white{255, 255, 255};
constexpr Color black{0, 0, 0};
constexpr Color red{200, 0, 0};
constexpr Color blue{0, 0, 200};

/// By how much the pixel is darker than white, in [0, 1].
double cover(const PngCanvas& canvas, std::size_t column, std::size_t row) {
  return 1 - canvas.pixels().pixel(row, column)[1] / 255.0;
}

double total_cover(const PngCanvas& canvas) {
  double sum = 0;
  for (std::size_t row = 0; row < canvas.pixels().height; ++row) {
    for (std::size_t column = 0; column < canvas.pixels().width; ++column) {
      sum += cover(canvas, column, row);
    }
  }
  return sum;
}

TEST(PngCanvas, DecodesToThePixelsDrawn) {
  PngCanvas canvas({30, 20}, 2);
  canvas.circle({10, 10}, 5, red, {2, black});
  const Image image = decode_png(canvas.png());
  EXPECT_EQ(image.width, 60u);
  EXPECT_EQ(image.height, 40u);
  EXPECT_EQ(image.rgb, canvas.pixels().rgb);
  EXPECT_EQ(pixel_at(image, 20, 20), red);  // the centre
  EXPECT_EQ(pixel_at(image, 50, 20), white);
  EXPECT_EQ(pixel_at(image, 30, 20), black);  // on the ring, x = 15
}

TEST(PngCanvas, ALineIsAsWideAsAskedAndSoftAtTheEdges) {
  PngCanvas canvas({20, 10}, 1);
  canvas.polyline(std::array<Point, 2>{{{4, 5}, {16, 5}}}, {3, black});  // y from 3.5 to 6.5
  EXPECT_EQ(pixel_at(canvas.pixels(), 10, 4), black);
  EXPECT_EQ(pixel_at(canvas.pixels(), 10, 5), black);
  EXPECT_NEAR(cover(canvas, 10, 3), 0.5, 0.01);
  EXPECT_NEAR(cover(canvas, 10, 6), 0.5, 0.01);
  EXPECT_EQ(pixel_at(canvas.pixels(), 10, 2), white);
  EXPECT_EQ(pixel_at(canvas.pixels(), 10, 7), white);
  EXPECT_EQ(pixel_at(canvas.pixels(), 18, 5), white);
}

TEST(PngCanvas, InkHasTheAreaOfTheShape) {
  PngCanvas disc({40, 40}, 1);
  disc.circle({20.3, 19.6}, 11, black, {});
  EXPECT_NEAR(total_cover(disc), 3.14159 * 11 * 11, 2);

  PngCanvas rect({40, 40}, 1);
  rect.fill_rect({5.25, 6.5, 10.5, 7.25}, black);
  EXPECT_NEAR(total_cover(rect), 10.5 * 7.25, 0.3);

  PngCanvas hairline({40, 40}, 1);
  hairline.polyline(std::array<Point, 2>{{{5, 20.3}, {35, 20.3}}}, {0.5, black});
  EXPECT_NEAR(total_cover(hairline), 30 * 0.5, 1);

  PngCanvas diamond({40, 40}, 1);
  diamond.polygon(std::array<Point, 4>{{{20, 5}, {35, 20}, {20, 35}, {5, 20}}}, black, {});
  EXPECT_NEAR(total_cover(diamond), 30 * 30 / 2.0, 3);
}

TEST(PngCanvas, ATransparentLineIsNotDarkerAtItsJoins) {
  PngCanvas canvas({30, 30}, 1);
  canvas.polyline(std::array<Point, 3>{{{5, 15}, {15, 15}, {25, 15}}}, {6, {0, 0, 0, 100}});
  EXPECT_EQ(pixel_at(canvas.pixels(), 15, 15), pixel_at(canvas.pixels(), 10, 15));
  EXPECT_EQ(pixel_at(canvas.pixels(), 10, 15), (Color{155, 155, 155}));
}

TEST(PngCanvas, DashesLeaveGapsOfTheirLength) {
  PngCanvas canvas({60, 10}, 1);
  canvas.polyline(std::array<Point, 3>{{{5, 5}, {22, 5}, {55, 5}}}, {2, black, 10, 10});
  for (const std::size_t on : {6u, 14u, 26u, 34u, 46u}) {
    EXPECT_EQ(pixel_at(canvas.pixels(), on, 5), black) << on;
  }
  for (const std::size_t off : {18u, 22u, 38u, 42u}) {
    EXPECT_EQ(pixel_at(canvas.pixels(), off, 5), white) << off;
  }
}

TEST(PngCanvas, AnImageIsStretchedOverItsRectangle) {
  Image image(2, 1);
  image.rgb = {200, 0, 0, 0, 0, 200};
  PngCanvas canvas({40, 20}, 1);
  canvas.image({4, 4, 32, 12}, image);
  EXPECT_EQ(pixel_at(canvas.pixels(), 5, 5), red);
  EXPECT_EQ(pixel_at(canvas.pixels(), 35, 15), blue);
  const Color middle = pixel_at(canvas.pixels(), 20, 10);
  EXPECT_NEAR(middle.r, 100, 8);
  EXPECT_NEAR(middle.b, 100, 8);
  EXPECT_EQ(pixel_at(canvas.pixels(), 3, 10), white);
  EXPECT_EQ(pixel_at(canvas.pixels(), 36, 10), white);
}

TEST(PngCanvas, AShrunkImageKeepsItsMean) {
  Image stripes(64, 64);
  for (std::size_t i = 0; i < stripes.rgb.size(); ++i) {
    stripes.rgb[i] = i / 3 % 8 == 0 ? 255 : 0;  // one column in eight
  }
  PngCanvas canvas({8, 8}, 1);
  canvas.image({0, 0, 8, 8}, stripes);
  EXPECT_NEAR(1 - total_cover(canvas) / 64, 1 / 8.0, 0.01);
}

TEST(PngCanvas, TextStandsAtItsAnchor) {
  const auto ink_columns = [](Anchor anchor) {
    PngCanvas canvas({100, 30}, 1);
    canvas.text({50, 20}, "HHHH", {14, black, anchor});
    std::size_t first = 100, last = 0;
    for (std::size_t column = 0; column < 100; ++column) {
      for (std::size_t row = 0; row < 30; ++row) {
        if (cover(canvas, column, row) > 0.5) {
          first = std::min(first, column);
          last = column;
          EXPECT_GE(row, 9u);
          EXPECT_LE(row, 20u);
        }
      }
    }
    return std::pair(first, last);
  };
  EXPECT_GE(ink_columns(Anchor::Start).first, 50u);
  EXPECT_LE(ink_columns(Anchor::End).second, 50u);
  const auto [first, last] = ink_columns(Anchor::Middle);
  EXPECT_NEAR(static_cast<double>(first + last) / 2, 50, 1.5);
  EXPECT_GT(last, first + 20);
}

TEST(PngCanvas, UpwardTextIsTheSameTextTurned) {
  PngCanvas level({60, 60}, 1);
  level.text({10, 30}, "Rg1", {16, black});
  PngCanvas upward({60, 60}, 1);
  upward.text({30, 50}, "Rg1", {16, black, Anchor::Start, false, true});
  EXPECT_GT(total_cover(level), 20);
  for (std::size_t i = 0; i < 60; ++i) {
    for (std::size_t j = 0; j < 60; ++j) {
      ASSERT_NEAR(cover(level, i, j), cover(upward, j, 59 - i), 0.01);
    }
  }
}

TEST(PngCanvas, DrawsOutsideOfThePageWithoutHarm) {
  PngCanvas canvas({10, 10}, 1);
  canvas.polyline(std::array<Point, 2>{{{-1e300, 5}, {-1e9, 5}}}, {2, black});
  canvas.circle({1e18, 1e18}, 5, black, {1, black});
  canvas.fill_rect({-100, -100, 50, 50}, black);
  canvas.fill_rect({2, 2, -1, -1}, black);
  canvas.image({50, 50, 10, 10}, Image(2, 2));
  EXPECT_EQ(total_cover(canvas), 0);
}

TEST(PngCanvas, RefusesImpossibleSizesAndCoordinates) {
  EXPECT_THROW(PngCanvas({0, 10}), ArgumentError);
  EXPECT_THROW(PngCanvas({nan, 10}), ArgumentError);
  EXPECT_THROW(PngCanvas({1e6, 10}), ArgumentError);
  EXPECT_THROW(PngCanvas({10, 10}, -1), ArgumentError);
  PngCanvas canvas({10, 10});
  EXPECT_THROW(canvas.fill_rect({nan, 0, 1, 1}, black), ArgumentError);
  EXPECT_THROW(canvas.polyline(std::array<Point, 2>{{{0, 0}, {nan, 0}}}, {1, black}),
               ArgumentError);
}

TEST(EncodePng, RefusesAnImageThatDoesNotFit) {
  EXPECT_THROW((void)encode_png(Image{}), ArgumentError);
  Image image(3, 3);
  image.rgb.pop_back();
  EXPECT_THROW((void)encode_png(image), ShapeError);
}

TEST(EncodePng, HoldsImagesThatDoNotCompress) {
  Image noise(61, 53);
  std::uint32_t state = 1;
  for (std::uint8_t& byte : noise.rgb) {
    state = state * 1664525u + 1013904223u;
    byte = static_cast<std::uint8_t>(state >> 24);
  }
  EXPECT_EQ(decode_png(encode_png(noise)).rgb, noise.rgb);
}

}  // namespace
}  // namespace levelgrad::host
