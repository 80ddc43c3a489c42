// SPDX-License-Identifier: MIT
#include "text_parts.h"

#include <cmath>

#include "levelgrad/number_text.h"

namespace levelgrad::detail {

std::string literal(double number) {
  if (std::isnan(number)) return "math::nan<double>()";
  if (std::isinf(number)) {
    return number < 0 ? "-math::infinity<double>()" : "math::infinity<double>()";
  }
  return shortest(number);
}

std::string printable(std::string_view name) {
  std::string text(name);
  for (char& c : text) {
    // A backslash continues a comment, and so does the trigraph for one.
    if (c < ' ' || c > '~' || c == '\\' || c == '?') c = '_';
  }
  return text;
}

std::string line_comment(const SourceLine& where) {
  if (where.line == 0) return "";
  return "  // " + printable(where.file) + ":" + std::to_string(where.line);
}

}  // namespace levelgrad::detail
