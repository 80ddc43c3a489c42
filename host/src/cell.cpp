// SPDX-License-Identifier: MIT
#include "cell.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <system_error>

#include "levelgrad/number_text.h"
#include "utf8.h"

namespace levelgrad::host {
namespace {

std::string_view without_blanks(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") + 1 - first);
}

bool is_control(char32_t point) { return point < 0x20 || (point >= 0x7F && point < 0xA0); }

}  // namespace

Cell cell_of(std::string_view text) {
  constexpr std::array<std::string_view, 7> marks = {"", "NA", "N/A", "NaN", "nan", "null", "?"};
  std::string_view core = without_blanks(text);
  if (std::ranges::find(marks, core) != marks.end()) return {Cell::Kind::Missing, 0, text};

  if (core.starts_with('+') && !core.starts_with("+-")) core.remove_prefix(1);
  double number = 0;
  const char* const end = core.data() + core.size();
  const auto [stop, error] = std::from_chars(core.data(), end, number);
  if (stop != end || error == std::errc::invalid_argument || std::isnan(number)) {
    return {Cell::Kind::Text, 0, text};
  }
  if (error != std::errc() || std::isinf(number)) return {Cell::Kind::Beyond, 0, text};
  return {Cell::Kind::Number, number, text};
}

Cell cell_of(double number) {
  if (std::isnan(number)) return {Cell::Kind::Missing, 0, "nan"};
  if (std::isinf(number)) return {Cell::Kind::Beyond, 0, number > 0 ? "inf" : "-inf"};
  return {Cell::Kind::Number, number, {}};
}

std::string plain(double number) {
  std::string text = shortest(number + 0.0);  // -0 is 0
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text;
}

std::string text_of(const Cell& cell) {
  return cell.text.empty() ? plain(cell.number) : std::string(cell.text);
}

std::string shown(std::string_view text) {
  constexpr std::size_t most = 40, bytes_of_one = 4;
  const std::u32string points = decode_utf8(text.substr(0, bytes_of_one * (most + 1)));
  std::string result = "'";
  for (const char32_t point : points.substr(0, most)) {
    append_utf8(result, is_control(point) ? replacement_character : point);
  }
  return result + (points.size() > most ? "...'" : "'");
}

std::string listed(std::span<const std::string> names) {
  constexpr std::size_t most = 20;
  std::string list;
  for (std::size_t k = 0; k < std::min(names.size(), most); ++k) {
    list += (k == 0 ? "" : ", ") + shown(names[k]);
  }
  if (names.size() > most) list += " and " + std::to_string(names.size() - most) + " more";
  return list;
}

}  // namespace levelgrad::host
