// SPDX-License-Identifier: MIT
//
// Words and numbers that the table and the picture of a Schedule share.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "levelgrad/host/schedule_report.h"

namespace levelgrad::host {

/// 270336 as "270,336".
[[nodiscard]] std::string grouped(std::uint64_t number);

/// Three digits and a prefix: 160e6 as "160 M", 4.8e12 as "4.8 T".
[[nodiscard]] std::string with_prefix(double number);

/// "1 node", "2 nodes".
[[nodiscard]] std::string counted(std::uint64_t count, const std::string& noun);

/// "305 *, 305 +, 33 ReLU", with "..." where that has more than so many characters.
[[nodiscard]] std::string op_mix(const std::vector<OpCount>& ops, std::size_t width);

/// The text with a ? for each control character, and not more than so many characters (at least 3).
[[nodiscard]] std::string printable(std::string_view text, std::size_t width);

}  // namespace levelgrad::host
