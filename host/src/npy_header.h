// SPDX-License-Identifier: MIT
//
// What stands before the numbers of a .npy file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "levelgrad/host/npy.h"

namespace levelgrad::host {

struct NpyHeader {
  NpyType type;
  bool by_columns = false;  ///< Fortran's order
  std::vector<std::uint64_t> shape;
  std::size_t size = 0;  ///< bytes up to the first number
};

/// bytes    of the whole file. name   of it, for messages. errors   DataError.
[[nodiscard]] NpyHeader parse_npy_header(std::string_view bytes, const std::string& name);

/// The header of a file of little-endian f4 or f8, format 1.0; its length is a multiple of 64.
[[nodiscard]] std::string npy_header_text(std::uint64_t row_count, std::size_t column_count,
                                          bool single);

}  // namespace levelgrad::host
