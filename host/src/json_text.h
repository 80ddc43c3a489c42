// SPDX-License-Identifier: MIT
//
// JSON, written piece by piece.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace levelgrad::host {

/// A string of JSON with its quotes: quotes, backslashes and control characters are escaped, what
/// is not UTF-8 becomes replacement characters.
[[nodiscard]] std::string json_string(std::string_view text);

/// Writes objects and arrays; the caller closes what it opens.
///
///     json.open('{');
///     json.member("levels", 43);
///     json.key("ops");
///     json.open('[');
///     json.close(']');
///     json.close('}');
class JsonWriter {
public:
  void open(char bracket) {
    separate();
    text_ += bracket;
    first_ = true;
    ++depth_;
  }
  void close(char bracket) {
    --depth_;
    text_ += bracket;
    first_ = false;
  }
  void key(std::string_view name) {
    separate();
    text_ += json_string(name) + ": ";
    after_key_ = true;
  }
  void value(std::string_view text) { put(json_string(text)); }
  void value(const char* text) { value(std::string_view(text)); }
  void value(bool truth) { put(truth ? "true" : "false"); }
  void value(std::integral auto number) { put(std::to_string(number)); }
  /// number   must be finite: JSON knows no others.
  void value(double number);
  void null() { put("null"); }
  void member(std::string_view name, const auto& what) {
    key(name);
    value(what);
  }

  /// The text with a line end.
  [[nodiscard]] std::string take() { return std::move(text_) + "\n"; }

private:
  void put(std::string_view text) {
    separate();
    text_ += text;
  }
  /// A comma where something stands before; a line for each member of the outermost two levels.
  void separate() {
    if (after_key_) {
      after_key_ = false;
      return;
    }
    if (!first_) text_ += ',';
    const bool own_line = depth_ == 1 || depth_ == 2;
    if (own_line) text_ += "\n" + std::string(static_cast<std::size_t>(depth_), ' ');
    if (!first_ && !own_line) text_ += ' ';
    first_ = false;
  }

  std::string text_;
  int depth_ = 0;
  bool first_ = true;
  bool after_key_ = false;
};

}  // namespace levelgrad::host
