// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace levelgrad::host {

/// The text as content, or as an attribute in double quotes, of XML or HTML. What is not UTF-8, and
/// characters that neither may hold, become replacement characters.
[[nodiscard]] std::string escape_xml(std::string_view text);

}  // namespace levelgrad::host
