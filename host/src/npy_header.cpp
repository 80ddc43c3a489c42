// SPDX-License-Identifier: MIT
#include "npy_header.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <system_error>

#include "cell.h"
#include "levelgrad/error.h"

namespace levelgrad::host {
namespace {

constexpr std::string_view npy_magic = "\x93NUMPY";
constexpr std::size_t longest_header = 65536;
constexpr std::size_t most_dimensions = 64;  // of NumPy 2

/// Reads the header's text, a dictionary as Python prints it: {'descr': '<f8', ...}.
class DictionaryReader {
public:
  DictionaryReader(std::string_view text, const std::string& name) : rest_(text), name_(name) {}

  NpyHeader read() {
    expect('{');
    while (!accept('}')) {
      read_entry(read_string());
      if (accept(',')) continue;
      expect('}');
      break;
    }
    skip_blanks();
    if (!rest_.empty() || !type_ || !by_columns_ || !shape_) fail();
    return {*type_, *by_columns_, *shape_, 0};
  }

private:
  void read_entry(std::string_view key) {
    expect(':');
    if (key == "descr" && !type_) {
      type_ = read_type();
    } else if (key == "fortran_order" && !by_columns_) {
      by_columns_ = read_bool();
    } else if (key == "shape" && !shape_) {
      shape_ = read_shape();
    } else {
      fail();  // unknown, or there for the second time
    }
  }

  NpyType read_type() {
    skip_blanks();
    if (rest_.starts_with('[')) refuse_type("a structure");
    const std::string_view text = read_string();
    if (text.size() != 3 || text[2] < '1' || text[2] > '8') refuse_type(shown(text));
    const auto size = static_cast<std::size_t>(text[2] - '0');
    const char order = text[0];
    const bool one_byte = size == 1;
    const bool known_order = order == '<' || order == '>' || (order == '|' && one_byte);
    const bool power = one_byte || size == 2 || size == 4 || size == 8;
    if (!known_order || !power) refuse_type(shown(text));
    switch (text[1]) {
      case 'f':
        if (size < 4) refuse_type(shown(text));
        return {NpyType::Kind::Float, size, order == '>'};
      case 'i':
        return {NpyType::Kind::Signed, size, order == '>'};
      case 'u':
        return {NpyType::Kind::Unsigned, size, order == '>'};
      case 'b':
        if (!one_byte) refuse_type(shown(text));
        return {NpyType::Kind::Bool, size, false};
      default:
        refuse_type(shown(text));
    }
  }

  bool read_bool() {
    skip_blanks();
    for (const std::string_view word : {"True", "False"}) {
      if (!rest_.starts_with(word)) continue;
      rest_.remove_prefix(word.size());
      return word == "True";
    }
    fail();
  }

  std::vector<std::uint64_t> read_shape() {
    std::vector<std::uint64_t> shape;
    expect('(');
    while (!accept(')')) {
      shape.push_back(read_whole_number());
      if (shape.size() > most_dimensions) fail();
      if (accept(',')) continue;
      if (shape.size() == 1) fail();  // (3) is no tuple
      expect(')');
      break;
    }
    return shape;
  }

  std::uint64_t read_whole_number() {
    skip_blanks();
    std::uint64_t number = 0;
    const auto [stop, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), number);
    if (error != std::errc()) fail();
    rest_.remove_prefix(static_cast<std::size_t>(stop - rest_.data()));
    return number;
  }

  std::string_view read_string() {
    skip_blanks();
    const char quote = rest_.starts_with('"') ? '"' : '\'';
    expect(quote);
    const std::size_t end = rest_.find(quote);
    if (end == std::string_view::npos) fail();
    const std::string_view text = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return text;
  }

  void skip_blanks() {
    const std::size_t first = rest_.find_first_not_of(" \t\n");
    rest_.remove_prefix(first == std::string_view::npos ? rest_.size() : first);
  }

  bool accept(char wanted) {
    skip_blanks();
    const bool there = rest_.starts_with(wanted);
    if (there) rest_.remove_prefix(1);
    return there;
  }

  void expect(char wanted) {
    if (!accept(wanted)) fail();
  }

  [[noreturn]] void fail() const {
    throw DataError(
        fmt::format("{}: the header of this .npy file is damaged before {}", name_, shown(rest_)),
        "save the array once more with numpy.save");
  }

  [[noreturn]] void refuse_type(const std::string& type) const {
    throw DataError(
        fmt::format("{}: the array holds {}, not numbers that can be read", name_, type),
        "f4, f8, i1 to i8, u1 to u8 and b1 can: convert it with array.astype(float)");
  }

  std::string_view rest_;
  const std::string& name_;
  std::optional<NpyType> type_;
  std::optional<bool> by_columns_;
  std::optional<std::vector<std::uint64_t>> shape_;
};

std::size_t little_endian(std::string_view bytes) {
  std::size_t number = 0;
  for (std::size_t k = bytes.size(); k > 0; --k) {
    number = number << 8 | static_cast<unsigned char>(bytes[k - 1]);
  }
  return number;
}

}  // namespace

NpyHeader parse_npy_header(std::string_view bytes, const std::string& name) {
  const auto fail = [&](const char* problem) {
    throw DataError(name + ": " + problem, "save the array once more with numpy.save");
  };
  if (!bytes.starts_with(npy_magic)) fail("this is no .npy file");
  const std::size_t version_end = npy_magic.size() + 2;
  if (bytes.size() < version_end) fail("this .npy file ends in its header");
  const std::string_view version = bytes.substr(npy_magic.size(), 2);
  const char major = version[0];
  if (major < 1 || major > 3 || version[1] != 0) fail("a .npy format that is not 1.0, 2.0 or 3.0");

  const std::size_t length_end = version_end + (major == 1 ? 2 : 4);
  if (bytes.size() < length_end) fail("this .npy file ends in its header");
  const std::size_t length = little_endian(bytes.substr(version_end, length_end - version_end));
  if (length > longest_header) fail("the header of this .npy file is longer than 64 KiB");
  if (bytes.size() - length_end < length) fail("this .npy file ends in its header");

  NpyHeader header = DictionaryReader(bytes.substr(length_end, length), name).read();
  header.size = length_end + length;
  return header;
}

std::string npy_header_text(std::uint64_t row_count, std::size_t column_count, bool single) {
  const std::string dictionary =
      fmt::format("{{'descr': '<f{}', 'fortran_order': False, 'shape': ({}, {}), }}",
                  single ? 4 : 8, row_count, column_count);
  // Blanks up to the line end that closes the header; the longest numbers leave some.
  const std::size_t start = npy_magic.size() + 4, size = 128;
  const std::size_t length = size - start;
  return std::string(npy_magic) + std::string("\1\0", 2) + static_cast<char>(length) + '\0' +
         dictionary + std::string(length - dictionary.size() - 1, ' ') + '\n';
}

}  // namespace levelgrad::host
