// SPDX-License-Identifier: MIT
#include "levelgrad/host/csv.h"

#include <fmt/format.h>

#include <utility>

#include "cell.h"
#include "levelgrad/error.h"
#include "read_error.h"

namespace levelgrad::host {

std::string_view CsvRecord::operator[](std::size_t cell) const {
  const std::size_t begin = cell == 0 ? 0 : ends_[cell - 1];
  return std::string_view(text_).substr(begin, ends_[cell] - begin);
}

void CsvRecord::end_cell() { ends_.push_back(static_cast<std::uint32_t>(text_.size())); }

CsvReader::CsvReader(std::istream& text, std::string name, char delimiter)
    : text_(text), name_(std::move(name)), delimiter_(delimiter) {
  if (delimiter == '"' || delimiter == '\n' || delimiter == '\r' || delimiter == '\0') {
    throw ArgumentError("cells cannot be separated by quotes, line ends or NUL bytes");
  }
  fill();
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (rest_.starts_with(byte_order_mark)) rest_.remove_prefix(byte_order_mark.size());
}

bool CsvReader::fill() {
  text_.read(block_.data(), static_cast<std::streamsize>(block_.size()));
  if (text_.bad()) fail_to_read(name_, 0);
  rest_ = {block_.data(), static_cast<std::size_t>(text_.gcount())};
  return !rest_.empty();
}

bool CsvReader::read(CsvRecord& record) {
  record.text_.clear();
  record.ends_.clear();
  state_ = State::Blank;
  std::size_t length = 0;
  while (!rest_.empty() || fill()) {
    if (state_ == State::Blank) record.line_ = line_;
    const char byte = rest_.front();
    rest_.remove_prefix(1);
    if (byte == '\n') ++line_;
    if (take(byte, record)) return true;
    length += state_ == State::Blank ? 0 : 1;
    if (record.size() >= most_cells) {  // and one more to come
      fail(record, "the record has more than 1,048,576 cells", "is the delimiter right?");
    }
    if (length > longest_record) {
      fail(record, "the record is longer than 64 MiB", "does a quote lack that closes it?");
    }
  }
  if (state_ == State::Quoted) {
    fail(record, "a quote that never ends", "double the quotes inside a cell, and close the cell");
  }
  if (state_ == State::Blank) return false;
  record.end_cell();
  return true;
}

bool CsvReader::take(char byte, CsvRecord& record) {
  if (byte == '\0') fail(record, "a NUL byte", "convert the file to UTF-8, or is it no text?");
  if (byte == '"') {
    take_quote(record);
  } else if (state_ == State::Quoted) {
    record.text_.push_back(byte);
  } else if (byte == '\n') {
    if (state_ == State::Blank) return false;
    record.end_cell();
    return true;
  } else if (byte == '\r') {
    const bool last = rest_.empty() && !fill();
    if (!last && rest_.front() != '\n') {
      fail(record, "a CR that ends no line",
           "end lines with LF or CR LF, or put the cell in quotes");
    }
  } else if (byte == delimiter_) {
    record.end_cell();
    state_ = State::Empty;
  } else {
    if (state_ == State::Closed) {
      fail(record, "text behind a closing quote", "double the quotes inside a cell");
    }
    record.text_.push_back(byte);
    state_ = State::Plain;
  }
  return false;
}

void CsvReader::take_quote(CsvRecord& record) {
  if (state_ == State::Plain) {
    fail(record, "a quote inside an unquoted cell", "put the cell in quotes and double this one");
  }
  if (state_ == State::Closed) record.text_.push_back('"');
  state_ = state_ == State::Quoted ? State::Closed : State::Quoted;
}

void CsvReader::fail(const CsvRecord& record, const char* problem, const char* hint) const {
  const std::size_t begin = record.ends_.empty() ? 0 : record.ends_.back();
  throw DataError(
      fmt::format("{}, line {}, column {}: {}: {}", name_, record.line_, record.ends_.size() + 1,
                  problem, shown(std::string_view(record.text_).substr(begin))),
      hint);
}

}  // namespace levelgrad::host
