// SPDX-License-Identifier: MIT
#include "config_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <utility>

#include "levelgrad/error.h"
#include "utf8.h"

namespace levelgrad::app {
namespace {

/// What an escape of one letter stands for.
constexpr std::array<std::pair<char, char>, 7> escapes = {
    {{'b', '\b'}, {'t', '\t'}, {'n', '\n'}, {'f', '\f'}, {'r', '\r'}, {'"', '"'}, {'\\', '\\'}}};

bool is_control(char c) { return (c >= 0 && c < ' ') || c == '\x7f'; }

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

/// Whether the character may stand in a name or in a word without quotes.
bool is_of_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '+' || c == '.';
}

class Reader {
public:
  Reader(std::string_view text, const std::string& name) : rest_(text), name_(name) {}

  OptionValues read() {
    OptionValues values;
    for (skip_lines(); !rest_.empty(); skip_lines()) {
      if (next() == '[') fail("a section, where options stand");
      const std::string option = word("a name is missing");
      skip_blanks();
      if (!take('=')) fail("'" + option + "' without '=' and a value");
      if (!values.emplace(option, value()).second) fail("'" + option + "' is there twice");
      skip_blanks();
      if (!rest_.empty() && next() != '\n') fail("something behind the value of '" + option + "'");
    }
    return values;
  }

private:
  /// NUL at the end of the text: no valid text has one.
  [[nodiscard]] char next() const { return rest_.empty() ? '\0' : rest_.front(); }
  bool take(char wanted) {
    if (rest_.empty() || rest_.front() != wanted) return false;
    step();
    return true;
  }
  char step() {
    const char c = next();
    if (c == '\n') ++line_;
    rest_.remove_prefix(1);
    return c;
  }
  /// Up to the end of the line, where no value follows.
  void skip_blanks() {
    while (is_blank(next())) step();
    if (next() != '#') return;
    while (!rest_.empty() && next() != '\n') step();
  }
  void skip_lines() {
    do skip_blanks();
    while (take('\n'));
  }

  std::vector<std::string> value() {
    skip_blanks();
    if (!take('[')) return {scalar()};
    std::vector<std::string> list;
    for (skip_lines(); !take(']'); skip_lines()) {
      list.push_back(scalar());
      skip_lines();
      if (take(',') || next() == ']') continue;
      fail("a list without ',' between its values or ']' behind them");
    }
    return list;
  }

  std::string scalar() {
    if (take('\'')) return literal();
    if (take('"')) return escaped();
    return word("a value is missing");
  }
  std::string word(const char* missing) {
    const auto end = std::ranges::find_if_not(rest_, is_of_word);
    const std::string result(rest_.begin(), end);
    if (result.empty()) fail(missing);
    rest_.remove_prefix(result.size());
    return result;
  }
  std::string literal() {
    std::string text;
    while (!take('\'')) text += letter();
    return text;
  }
  std::string escaped() {
    std::string text;
    while (!take('"')) {
      const char c = letter();
      if (c == '\\') {
        add_escape(text);
      } else {
        text += c;
      }
    }
    return text;
  }
  /// A character of a text in quotes.
  char letter() {
    if (rest_.empty() || next() == '\n') fail("a text without its closing quote");
    const char c = step();
    if (is_control(c) && c != '\t') fail("a control character in a text: write it as \\u00..");
    return c;
  }
  void add_escape(std::string& text) {
    const char c = letter();
    if (c == 'u') return add_code_point(text, 4);
    if (c == 'U') return add_code_point(text, 8);
    const auto found = std::ranges::find(escapes, c, &std::pair<char, char>::first);
    if (found == escapes.end()) fail("an unknown escape: \\ stands for itself in '...'");
    text += found->second;
  }
  void add_code_point(std::string& text, std::size_t digits) {
    const std::string_view code = rest_.substr(0, digits);
    std::uint32_t number = 0;
    const auto read = std::from_chars(code.data(), code.data() + code.size(), number, 16);
    const bool whole = code.size() == digits && read.ptr == code.data() + digits;
    if (!whole || number > 0x10ffff || (number >= 0xd800 && number < 0xe000)) {
      fail("an escape that is no character");
    }
    rest_.remove_prefix(digits);
    host::append_utf8(text, number);
  }

  [[noreturn]] void fail(const std::string& problem) const {
    throw DataError(fmt::format("{}, line {}: {}", name_, line_, problem));
  }

  std::string_view rest_;
  const std::string& name_;
  std::size_t line_ = 1;
};

/// Whether TOML reads the text as itself without quotes: true, false, and common numbers.
bool needs_no_quotes(const std::string& text) {
  if (text == "true" || text == "false") return true;
  double number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  return !text.empty() && read.ec == std::errc() && read.ptr == text.data() + text.size() &&
         text.find_first_not_of("0123456789-.e") == std::string::npos;
}

std::string quoted(const std::string& text) {
  if (needs_no_quotes(text)) return text;
  if (text.find('\'') == std::string::npos && std::ranges::none_of(text, is_control)) {
    return "'" + text + "'";
  }
  std::string result = "\"";
  for (const char c : text) {
    const auto found = std::ranges::find(escapes, c, &std::pair<char, char>::second);
    if (found != escapes.end()) {
      result += {'\\', found->first};
    } else if (is_control(c)) {
      result += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      result += c;
    }
  }
  return result + '"';
}

}  // namespace

OptionValues parse_options(std::string_view text, const std::string& name) {
  return Reader(text, name).read();
}

std::string option_line(const std::string& name, const std::vector<std::string>& values) {
  std::string text;
  for (const std::string& value : values) text += (text.empty() ? "" : ", ") + quoted(value);
  return name + " = " + (values.size() == 1 ? text : "[" + text + "]") + "\n";
}

}  // namespace levelgrad::app
