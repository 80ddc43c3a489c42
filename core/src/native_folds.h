// SPDX-License-Identifier: MIT
//
// The folds of a LaneCode as C++ loops over lanes whose sums stay in registers.
#pragma once

#include "levelgrad/native_code.h"

namespace levelgrad::detail {

struct NativeFolds {
  std::string text;  ///< functions levelgrad_turn and levelgrad_fold, and what they call
  std::size_t turned_rows = 0;
  std::vector<std::uint32_t> sum_of;
};

[[nodiscard]] NativeFolds native_folds(const LaneCode& code, const NativeTarget& target);

}  // namespace levelgrad::detail
