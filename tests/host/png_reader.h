// SPDX-License-Identifier: MIT
#pragma once

#include <gtest/gtest.h>
#include <png.h>

#include <string>
#include <string_view>

#include "levelgrad/host/canvas.h"

namespace levelgrad::host {

/// Decodes with libpng; a failure of the running test, and no pixels, if it is no PNG.
inline Image decode_png(std::string_view bytes) {
  png_image header{};
  header.version = PNG_IMAGE_VERSION;
  if (png_image_begin_read_from_memory(&header, bytes.data(), bytes.size()) == 0) {
    ADD_FAILURE() << header.message;
    return {};
  }
  header.format = PNG_FORMAT_RGB;
  Image image(header.width, header.height);
  if (png_image_finish_read(&header, nullptr, image.rgb.data(), 0, nullptr) == 0) {
    ADD_FAILURE() << header.message;
    return {};
  }
  return image;
}

inline Color pixel_at(const Image& image, std::size_t column, std::size_t row) {
  const std::uint8_t* pixel = image.pixel(row, column);
  return {pixel[0], pixel[1], pixel[2]};
}

inline std::ostream& operator<<(std::ostream& out, Color color) {
  return out << "rgba(" << int{color.r} << "," << int{color.g} << "," << int{color.b} << ","
             << int{color.a} << ")";
}

}  // namespace levelgrad::host
