// SPDX-License-Identifier: MIT
//
// The texts of the freestanding headers, for compilers that run when levelgrad runs.
#pragma once

#include <span>
#include <string_view>

namespace levelgrad {

struct OpHeader {
  std::string_view name;  ///< as #include has it: "levelgrad/ops.h"
  std::string_view text;
};

/// The ops, the math that they call, and the optimizers. Each header stands behind those that it
/// includes, and includes no others.
[[nodiscard]] std::span<const OpHeader> op_headers();

}  // namespace levelgrad
