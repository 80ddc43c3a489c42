// SPDX-License-Identifier: MIT
//
// levelgrad's own letters: lines of even width, drawn for 11 to 24 units.
#pragma once

#include <string_view>
#include <vector>

#include "levelgrad/host/canvas.h"

namespace levelgrad::host {

/// How far the text reaches from its start, including the room after the last letter.
[[nodiscard]] double text_width(std::string_view text, double size, bool bold = false);

/// The pen's ways, [lines][points], from a start at the origin; y is down and 0 on the baseline.
///
/// text   UTF-8; a code point that is not printable ASCII is shown as a box.
[[nodiscard]] std::vector<std::vector<Point>> text_strokes(std::string_view text, double size,
                                                           bool bold = false);

/// The pen's width.
[[nodiscard]] double stroke_width(double size, bool bold);

/// Has the character a drawing of its own (or, as the space, none on purpose)?
[[nodiscard]] bool has_glyph(char32_t character);

}  // namespace levelgrad::host
