// SPDX-License-Identifier: MIT
#include "schedule_words.h"

#include <fmt/format.h>

#include <array>

#include "levelgrad/contribution.h"
#include "levelgrad/host/schedule_text.h"
#include "utf8.h"

namespace levelgrad::host {

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t end = digits.size(); end > 3; end -= 3) digits.insert(end - 3, ",");
  return digits;
}

std::string with_prefix(double number) {
  constexpr std::array prefixes = {"", " k", " M", " G", " T", " P"};
  std::size_t k = 0;
  while (number >= 999.5 && k + 1 < prefixes.size()) {
    number /= 1000;
    ++k;
  }
  return fmt::format("{:.3g}{}", number, prefixes[k]);
}

std::string counted(std::uint64_t count, const std::string& noun) {
  return grouped(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string op_mix(const std::vector<OpCount>& ops, std::size_t width) {
  constexpr std::string_view more = ", ...";
  std::string text;
  for (std::size_t k = 0; k < ops.size(); ++k) {
    std::string next = k == 0 ? "" : ", ";
    next += grouped(ops[k].nodes) + " " + info(ops[k].op).symbol;
    const std::size_t reserve = k + 1 < ops.size() ? more.size() : 0;
    if (k > 0 && text.size() + next.size() + reserve > width) return text + std::string(more);
    text += next;
  }
  return text;
}

std::string printable(std::string_view text, std::size_t width) {
  std::u32string characters = decode_utf8(text);
  if (characters.size() > width) characters = characters.substr(0, width - 3) + U"...";
  std::string result;
  for (const char32_t c : characters) {
    const bool control = c < 0x20 || (c >= 0x7F && c < 0xA0);
    append_utf8(result, control ? U'?' : c);
  }
  return result;
}

std::string_view limit_name(Limit limit) {
  switch (limit) {
    case Limit::Arithmetic:
      return "arithmetic";
    case Limit::Memory:
      return "memory bandwidth";
    case Limit::SharedMemory:
      break;
  }
  return "shared memory bandwidth";
}

}  // namespace levelgrad::host
