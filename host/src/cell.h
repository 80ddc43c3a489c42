// SPDX-License-Identifier: MIT
//
// What the text of one cell of a table means.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace levelgrad::host {

/// One cell of a table.
struct Cell {
  enum class Kind : unsigned char { Missing, Number, Beyond, Text };

  Kind kind = Kind::Missing;  ///< Beyond: infinite, or no number that double can hold
  double number = 0;          ///< of the kind Number
  std::string_view text;      ///< empty for a number that was none
};

/// Missing: nothing, NA, N/A, NaN, nan, null or ?. Blanks around a number or a mark do not count,
/// nor does a plus sign before a number.
[[nodiscard]] Cell cell_of(std::string_view text);

/// The same for files that hold numbers; a NaN is missing.
[[nodiscard]] Cell cell_of(double number);

/// The fewest digits that read back as the number, whole numbers without a point: "-1", "0.5".
[[nodiscard]] std::string plain(double number);

/// What names the class of a cell that is not missing: its text, or plain() of its number.
[[nodiscard]] std::string text_of(const Cell& cell);

/// The text in quotes for a message: the first 40 characters, no control characters.
[[nodiscard]] std::string shown(std::string_view text);

/// The first 20 names for a message: "'a', 'b' and 3 more".
[[nodiscard]] std::string listed(std::span<const std::string> names);

}  // namespace levelgrad::host
