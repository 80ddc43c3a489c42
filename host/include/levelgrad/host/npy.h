// SPDX-License-Identifier: MIT
//
// Tables of numbers as NumPy keeps them: .npy files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace levelgrad::host {

/// How one number of a file is stored.
struct NpyType {
  enum class Kind : unsigned char { Float, Signed, Unsigned, Bool };

  Kind kind = Kind::Float;
  std::size_t size = 8;  ///< bytes
  bool big_endian = false;
};

/// A file of a one- or two-dimensional array, whose rows are read as double. Nothing but the rows
/// that are asked for comes into memory.
///
/// Formats 1.0, 2.0 and 3.0; numbers f4, f8, i1 to i8, u1 to u8 and b1 of either byte order; rows
/// (C) or columns (Fortran) one behind the other.
/// source   NumPy, numpy/lib/format.py (NEP 1).
class NpyFile {
public:
  /// Maps the file. It must not become shorter while this lives: the system ends who reads then.
  ///
  /// errors   FileError where it cannot be read; DataError where it is no such file: objects, text
  ///          or structures in it, another number of dimensions, no rows or columns, a header of
  ///          more than 64 KiB, fewer or more bytes than the shape says.
  explicit NpyFile(const std::filesystem::path& path);
  /// Reads bytes, which are borrowed. name   of them, for messages.
  NpyFile(std::string_view bytes, std::string name);

  [[nodiscard]] std::uint64_t row_count() const { return row_count_; }
  /// 1 for an array of one dimension.
  [[nodiscard]] std::size_t column_count() const { return column_count_; }
  [[nodiscard]] const NpyType& type() const { return type_; }

  /// numbers   [column_count()]
  /// errors    ShapeError for a row that is not there, or another length. DataError with the place
  ///           for a whole number that double cannot hold, and for a bool that is neither 0 nor 1.
  void read_row(std::uint64_t row, std::span<double> numbers) const;

private:
  void read_header(std::string_view bytes);
  [[nodiscard]] double number_at(std::uint64_t row, std::size_t column) const;

  std::string name_;
  std::shared_ptr<const void> mapping_;  // null: the bytes are borrowed
  std::string_view data_;                // behind the header
  NpyType type_;
  std::uint64_t row_count_ = 0;
  std::size_t column_count_ = 1;
  bool by_columns_ = false;
};

/// Replaces or makes a file of two dimensions, format 1.0, f4 or f8, as write_file() does, with
/// memory for a few rows.
///
/// single     f4: each number is rounded to float, infinity if it is too large.
/// next_row   writes the numbers of the next row, [column_count]; is called row_count times. What
/// it
///            throws passes through, and what was there before stays.
/// errors     ArgumentError for no columns; FileError as write_file().
void write_npy(const std::filesystem::path& path, std::uint64_t row_count, std::size_t column_count,
               bool single, const std::function<void(std::span<double>)>& next_row);

}  // namespace levelgrad::host
