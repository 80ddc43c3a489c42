// SPDX-License-Identifier: MIT
//
// The op header as a table for people.
#pragma once

#include <string>

namespace levelgrad {

/// core/OPS.md: a Markdown table of every op with the formulas that are compiled, the derivatives,
/// the accuracy and what happens at kinks and special values.
[[nodiscard]] std::string op_table_markdown();

}  // namespace levelgrad
