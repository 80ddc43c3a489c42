// SPDX-License-Identifier: MIT
//
// Numbers as text that reads back as the same bits.
#pragma once

#include <string>

namespace levelgrad {

/// The fewest digits that read back as the same number, written as Python's repr writes them:
/// "1.0", "0.1", "1e-05", "1e+16", "inf", "nan". The float form counts digits for a float.
[[nodiscard]] std::string shortest(double number);
[[nodiscard]] std::string shortest(float number);

}  // namespace levelgrad
