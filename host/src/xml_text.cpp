// SPDX-License-Identifier: MIT
#include "xml_text.h"

#include "utf8.h"

namespace levelgrad::host {
namespace {

/// XML 1.0 knows no control characters (not even escaped), nor the two that are no characters; HTML
/// knows no C1 controls, either.
bool is_text(char32_t c) {
  return (c >= 0x20 || c == '\t' || c == '\n') && !(c >= 0x7F && c < 0xA0) && c != 0xFFFE &&
         c != 0xFFFF;
}

}  // namespace

std::string escape_xml(std::string_view text) {
  std::string escaped;
  for (const char32_t c : decode_utf8(text)) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        append_utf8(escaped, is_text(c) ? c : replacement_character);
    }
  }
  return escaped;
}

}  // namespace levelgrad::host
