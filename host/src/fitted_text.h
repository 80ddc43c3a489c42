// SPDX-License-Identifier: MIT
//
// Texts of users, of any length, in the room that a picture has.
#pragma once

#include <string>
#include <string_view>

#include "levelgrad/host/canvas.h"

namespace levelgrad::host {

/// The widest that the text can be, whatever font a reader of SVG has.
[[nodiscard]] double safe_text_width(std::string_view text, double size, bool bold = false);

/// The text, with "..." in place of its end where it is wider than the room.
[[nodiscard]] std::string fitted(std::string_view text, double room, double size,
                                 bool bold = false);

inline constexpr double heading_margin = 28;  ///< on either side

/// How much the title and a smaller line below it take at the top of a picture.
[[nodiscard]] double heading_height(std::string_view title, std::string_view subtitle);

/// Draws them, as wide as the canvas lets them be.
void draw_heading(std::string_view title, std::string_view subtitle, Canvas& canvas);

}  // namespace levelgrad::host
