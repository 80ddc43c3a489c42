// SPDX-License-Identifier: MIT
#include "levelgrad/host/image.h"

#include <fmt/format.h>
#include <png.h>

#include "levelgrad/error.h"

namespace levelgrad::host {
namespace {

constexpr std::size_t longest_side = 32768;

/// The sides, or an ArgumentError; called before the memory is asked for.
std::size_t byte_count(std::size_t width, std::size_t height) {
  if (width < 1 || height < 1 || width > longest_side || height > longest_side) {
    throw ArgumentError(fmt::format("an image cannot have {} x {} pixels", width, height),
                        fmt::format("each side must be from 1 to {}", longest_side));
  }
  return 3 * width * height;
}

}  // namespace

Image::Image(std::size_t width_, std::size_t height_)
    : width(width_), height(height_), rgb(byte_count(width_, height_)) {}

std::string encode_png(const Image& image) {
  if (image.rgb.size() != byte_count(image.width, image.height)) {
    throw ShapeError(fmt::format("an image of {} x {} pixels has {} bytes", image.width,
                                 image.height, image.rgb.size()));
  }
  png_image header{};
  header.version = PNG_IMAGE_VERSION;
  header.width = static_cast<png_uint_32>(image.width);
  header.height = static_cast<png_uint_32>(image.height);
  header.format = PNG_FORMAT_RGB;

  // The bound is a little more than the file can need, so one pass of compression is enough.
  png_alloc_size_t used = PNG_IMAGE_PNG_SIZE_MAX(header);
  std::string bytes(used, '\0');
  const int row_stride = 0;  // 0: rows follow each other without padding
  if (png_image_write_to_memory(&header, bytes.data(), &used, 0, image.rgb.data(), row_stride,
                                nullptr) == 0) {
    throw Error(fmt::format("cannot encode a PNG: {}", header.message));
  }
  bytes.resize(used);
  return bytes;
}

}  // namespace levelgrad::host
