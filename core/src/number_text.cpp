// SPDX-License-Identifier: MIT
#include "levelgrad/number_text.h"

#include <charconv>
#include <cmath>
#include <string_view>

namespace levelgrad {
namespace {

/// Digits and exponent of to_chars, laid out as Python does: fixed for 1e-4 <= |x| < 1e16.
template <class T>
std::string python_repr(T number) {
  if (std::isnan(number)) return "nan";
  if (std::isinf(number)) return number < 0 ? "-inf" : "inf";

  char buffer[32];
  const auto end =
      std::to_chars(buffer, buffer + sizeof buffer, number, std::chars_format::scientific).ptr;
  std::string_view text(buffer, static_cast<std::size_t>(end - buffer));
  const std::string sign = text.front() == '-' ? "-" : "";
  text.remove_prefix(sign.size());
  const std::size_t e = text.find('e');
  int exponent = 0;
  const char* digits_of_exponent = text.data() + e + (text[e + 1] == '+' ? 2 : 1);
  std::from_chars(digits_of_exponent, end, exponent);

  if (exponent < -4 || exponent >= 16) return sign + std::string(text);
  std::string digits(1, text[0]);
  if (e > 1) digits += text.substr(2, e - 2);
  if (exponent < 0)
    return sign + "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
  const auto whole = static_cast<std::size_t>(exponent) + 1;
  if (digits.size() <= whole) return sign + digits + std::string(whole - digits.size(), '0') + ".0";
  return sign + digits.substr(0, whole) + "." + digits.substr(whole);
}

}  // namespace

std::string shortest(double number) { return python_repr(number); }
std::string shortest(float number) { return python_repr(number); }

}  // namespace levelgrad
