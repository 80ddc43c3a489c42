// SPDX-License-Identifier: MIT
//
// Little-endian bytes: how Programs are hashed and stored.
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

#include "levelgrad/error.h"
#include "levelgrad/program.h"

namespace levelgrad::detail {

class ByteWriter {
public:
  void u32(std::uint32_t number) { word(number, 4); }
  void u64(std::uint64_t number) { word(number, 8); }
  void f64(double number) { u64(std::bit_cast<std::uint64_t>(number)); }
  void text(std::string_view text) {
    u32(static_cast<std::uint32_t>(text.size()));
    bytes_ += text;
  }
  void raw(std::string_view bytes) { bytes_ += bytes; }
  [[nodiscard]] std::string take() { return std::move(bytes_); }

private:
  void word(std::uint64_t number, int size) {
    for (int k = 0; k < size; ++k) bytes_.push_back(static_cast<char>(number >> (8 * k)));
  }
  std::string bytes_;
};

/// Throws DataError where the bytes end too early.
class ByteReader {
public:
  ByteReader(std::string_view bytes, const std::string& name) : rest_(bytes), name_(name) {}

  std::uint32_t u32() { return static_cast<std::uint32_t>(word(4)); }
  std::uint64_t u64() { return word(8); }
  double f64() { return std::bit_cast<double>(u64()); }
  std::string text() { return std::string(raw(u32())); }
  std::string_view raw(std::size_t size) {
    if (size > rest_.size()) throw DataError(name_ + ": the file is cut short");
    const std::string_view bytes = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return bytes;
  }
  /// How many things of at least this many bytes follow: a number that the rest can hold.
  std::uint32_t count(std::size_t least_size) {
    const std::uint32_t number = u32();
    if (number > rest_.size() / least_size) throw DataError(name_ + ": the file is cut short");
    return number;
  }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

private:
  std::uint64_t word(int size) {
    const std::string_view bytes = raw(static_cast<std::size_t>(size));
    std::uint64_t number = 0;
    for (int k = size; k-- > 0;) {
      number = number << 8 | static_cast<unsigned char>(bytes[static_cast<std::size_t>(k)]);
    }
    return number;
  }
  std::string_view rest_;
  std::string name_;
};

/// All of the parts that the hash counts.
void write_structure(const ProgramParts& parts, ByteWriter& out);

}  // namespace levelgrad::detail
