// SPDX-License-Identifier: MIT
//
// Options as text: TOML without sections.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace levelgrad::app {

/// Values of options, by the options' long names without dashes.
using OptionValues = std::map<std::string, std::vector<std::string>>;

/// Reads `name = value` lines, where a value is a number, true, false, a text in quotes of either
/// kind, or a list of these in brackets, which may go on over lines; and comments.
///
/// A word needs no quotes: `activation = tanh`.
/// name     of the text, for messages.
/// errors   DataError with the line for anything else, and for a name that is there twice.
/// source   TOML 1.0; no tables, dates or texts of several lines.
[[nodiscard]] OptionValues parse_options(std::string_view text, const std::string& name);

/// A line of that text.
[[nodiscard]] std::string option_line(const std::string& name,
                                      const std::vector<std::string>& values);

}  // namespace levelgrad::app
