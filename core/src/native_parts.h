// SPDX-License-Identifier: MIT
//
// What the code of the executor host-native and a C++ file to take away have in common.
#pragma once

#include <string>

#include "levelgrad/native_code.h"

namespace levelgrad::detail {

/// `constexpr std::size_t name = number;`, a line.
[[nodiscard]] std::string constant(const char* name, std::size_t number);

struct NativeParts {
  /// Where rows of a frame lie, for the kit: it follows Number, vector_bytes and sub_block.
  std::string constants;
  /// Behind the kit, in namespace levelgrad: lane_text(), and native_folds().
  std::string graph;
  NativeCode layout;  ///< without a text
};
[[nodiscard]] NativeParts native_parts(const LaneCode& code, const NativeTarget& target);

}  // namespace levelgrad::detail
