// SPDX-License-Identifier: MIT
//
// Tables as text: comma-separated values.
#pragma once

#include <array>
#include <cstdint>
#include <istream>
#include <string>
#include <string_view>
#include <vector>

namespace levelgrad::host {

/// One record of a table: its cells, without their quotes.
class CsvRecord {
public:
  /// Number of cells.
  [[nodiscard]] std::size_t size() const { return ends_.size(); }
  /// Borrowed until the next record is read.
  [[nodiscard]] std::string_view operator[](std::size_t cell) const;
  /// The line of the file where the record begins, counting from 1.
  [[nodiscard]] std::uint64_t line() const { return line_; }

private:
  friend class CsvReader;

  void end_cell();

  std::string text_;                 // the cells one behind the other
  std::vector<std::uint32_t> ends_;  // where each cell ends in the text
  std::uint64_t line_ = 0;
};

/// Reads records one after the other, with memory for one record and one block of the file.
///
/// Lines end with LF or CR LF, the last one perhaps without. A cell may stand in quotes and then
/// holds delimiters, line ends and, doubled, quotes. A byte order mark (UTF-8) at the beginning and
/// lines without a character are skipped. Records may differ in their number of cells.
/// source   RFC 4180.
class CsvReader {
public:
  static constexpr std::size_t longest_record = std::size_t{64} << 20;  ///< bytes
  static constexpr std::size_t most_cells = std::size_t{1} << 20;       ///< of a record

  /// text      borrowed; its bytes are read in blocks.
  /// name      of the text, for messages.
  /// errors    ArgumentError for a delimiter that is a quote, a line end or NUL.
  CsvReader(std::istream& text, std::string name, char delimiter = ',');

  /// Replaces the record by the next one; false: there is none.
  ///
  /// errors    DataError with name, line, column and text: a quote that never ends, one inside an
  ///           unquoted cell, text behind a closing quote, a CR that ends no line, a NUL byte, a
  ///           record of more than longest_record bytes or most_cells cells. FileError where the
  ///           text cannot be read. After an error nothing more can be read.
  bool read(CsvRecord& record);

private:
  /// Blank: no character of the record yet. Empty: no character of the cell. Closed: behind a quote
  /// that closes the cell, or is the first of a doubled one.
  enum class State : unsigned char { Blank, Empty, Plain, Quoted, Closed };

  bool fill();
  /// Takes one byte into the record; true: the record ends with it.
  bool take(char byte, CsvRecord& record);
  void take_quote(CsvRecord& record);
  [[noreturn]] void fail(const CsvRecord& record, const char* problem, const char* hint) const;

  std::istream& text_;
  std::string name_;
  char delimiter_;
  std::array<char, 65536> block_;
  std::string_view rest_;  // of the block
  std::uint64_t line_ = 1;
  State state_ = State::Blank;
};

}  // namespace levelgrad::host
