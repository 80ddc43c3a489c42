// SPDX-License-Identifier: MIT
//
// From the name of an op's struct to the op, as Program files need it.
#pragma once

#include <optional>
#include <string_view>

#include "levelgrad/contribution.h"

namespace levelgrad::detail {

[[nodiscard]] inline std::optional<Op> op_of_name(std::string_view name) {
#define LG_NAMED(O, function) \
  if (name == #O) return Op::O;
  LG_OPS(LG_NAMED)
#undef LG_NAMED
  return std::nullopt;
}

}  // namespace levelgrad::detail
