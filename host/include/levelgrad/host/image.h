// SPDX-License-Identifier: MIT
//
// Pixels, and how they become a PNG file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace levelgrad::host {

/// Rounds a level in [0, 255]. Not std::lround: a call for every channel of every pixel shows.
[[nodiscard]] inline std::uint8_t to_byte(double level) {
  return static_cast<std::uint8_t>(level + 0.5);
}

/// An opaque picture, 8 bits per channel.
struct Image {
  std::size_t width = 0;
  std::size_t height = 0;
  std::vector<std::uint8_t> rgb;  ///< [height, width, 3], the top row first

  Image() = default;
  /// All black.
  /// errors   ArgumentError unless both are in [1, 32768].
  Image(std::size_t width, std::size_t height);

  /// Of the pixel's three channels. row < height, column < width: not checked.
  [[nodiscard]] std::uint8_t* pixel(std::size_t row, std::size_t column) {
    return &rgb[3 * (row * width + column)];
  }
  [[nodiscard]] const std::uint8_t* pixel(std::size_t row, std::size_t column) const {
    return &rgb[3 * (row * width + column)];
  }
};

/// The bytes of a PNG file; the same pixels give the same bytes with the same zlib.
///
/// errors   ArgumentError for an image without pixels, ShapeError if rgb does not fit the sizes.
[[nodiscard]] std::string encode_png(const Image& image);

}  // namespace levelgrad::host
