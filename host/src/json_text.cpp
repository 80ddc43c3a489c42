// SPDX-License-Identifier: MIT
#include "json_text.h"

#include <fmt/format.h>

#include <cmath>

#include "levelgrad/error.h"
#include "utf8.h"

namespace levelgrad::host {

std::string json_string(std::string_view text) {
  std::string result = "\"";
  for (const char32_t c : decode_utf8(text)) {
    if (c == '"' || c == '\\') result += '\\';
    if (c < 0x20 || c == 0x7F) {
      result += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      append_utf8(result, c);
    }
  }
  return result + '"';
}

void JsonWriter::value(double number) {
  if (!std::isfinite(number)) throw InternalError("a number that JSON does not know");
  put(fmt::format("{}", number));
}

}  // namespace levelgrad::host
