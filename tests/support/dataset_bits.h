// SPDX-License-Identifier: MIT
//
// The bits of a data set as a short text.
#pragma once

#include <fmt/format.h>

#include <bit>
#include <cstdint>
#include <string>

#include "levelgrad/host/dataset.h"

namespace levelgrad::testing {

/// FNV-1a over the bytes of all rows, the lowest byte of a number first.
inline std::string bits_hash(const host::Dataset& data) {
  std::uint64_t hash = 0xCBF29CE484222325;
  for (const double number : host::inputs_and_labels(data)) {
    const auto bits = std::bit_cast<std::uint64_t>(number);
    for (int k = 0; k < 8; ++k) hash = (hash ^ ((bits >> (8 * k)) & 0xFF)) * 0x100000001B3;
  }
  return fmt::format("{:016x}", hash);
}

}  // namespace levelgrad::testing
