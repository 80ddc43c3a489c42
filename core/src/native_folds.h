// SPDX-License-Identifier: MIT
//
// The folds of a LaneCode as C++ loops over lanes whose sums stay in registers.
#pragma once

#include "levelgrad/native_code.h"

namespace levelgrad::detail {

struct NativeFolds {
  /// Functions turn_columns(frame, width) and fold_lanes(frame, first, last, sums), and what they
  /// call, to stand in namespace levelgrad.
  std::string text;
  std::size_t turned_rows = 0;
  std::vector<std::uint32_t> sum_of;
};

[[nodiscard]] NativeFolds native_folds(const LaneCode& code, const NativeTarget& target);

}  // namespace levelgrad::detail
