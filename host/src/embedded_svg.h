// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace levelgrad::host {

/// The <svg> element of an SVG file as a part of an HTML page, which reads it as one picture.
///
/// prefix        of all ids and references to them.
/// description   what the picture shows, as text.
/// errors        DataError: no <svg> element.
[[nodiscard]] std::string embedded_svg(std::string_view svg, std::string_view prefix,
                                       std::string_view description);

}  // namespace levelgrad::host
