// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace levelgrad::host {

inline constexpr char32_t replacement_character = 0xFFFD;

/// The code points of the text; each byte that is not part of well-formed UTF-8 becomes one
/// replacement character.
[[nodiscard]] std::u32string decode_utf8(std::string_view text);

/// All of the text is well-formed UTF-8.
[[nodiscard]] bool is_utf8(std::string_view text);

/// Appends the code point's bytes. It must be one that decode_utf8 can give.
void append_utf8(std::string& text, char32_t code_point);

}  // namespace levelgrad::host
