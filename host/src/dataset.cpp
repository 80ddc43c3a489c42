// SPDX-License-Identifier: MIT
#include "levelgrad/host/dataset.h"

#include <charconv>
#include <cmath>

#include "embedded.h"
#include "levelgrad/error.h"

namespace levelgrad::host {
namespace {

/// Cuts the text up to the separator off its front; the separator is dropped.
std::string_view cut(std::string_view& text, char separator) {
  const std::size_t end = text.find(separator);
  const std::string_view head = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return head;
}

std::string_view cut_line(std::string_view& text) {
  std::string_view line = cut(text, '\n');
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

struct Cell {
  std::string_view text;
  const std::string& name;
  std::size_t line;
  std::size_t column;
};

double parse_number(const Cell& cell) {
  double number = 0;
  const char* const end = cell.text.data() + cell.text.size();
  const auto [stop, error] = std::from_chars(cell.text.data(), end, number);
  if (error != std::errc() || stop != end || !std::isfinite(number)) {
    throw DataError(cell.name + ", line " + std::to_string(cell.line) + ", column " +
                    std::to_string(cell.column) + ": '" + std::string(cell.text) +
                    "' is not a finite number");
  }
  return number;
}

std::size_t count_cells(std::string_view line) {
  std::size_t count = 1;
  for (const char c : line) count += c == ',' ? 1 : 0;
  return count;
}

}  // namespace

Dataset parse_dataset(std::string_view text, const std::string& name) {
  const std::size_t columns = count_cells(cut_line(text));
  if (columns < 2) throw DataError(name + ": one input and a label are needed at least");

  Dataset data;
  data.feature_count = columns - 1;
  for (std::size_t line_number = 2; !text.empty(); ++line_number) {
    std::string_view line = cut_line(text);
    if (count_cells(line) != columns) {
      throw DataError(name + ", line " + std::to_string(line_number) + ": " +
                      std::to_string(count_cells(line)) + " cells where the header has " +
                      std::to_string(columns));
    }
    for (std::size_t column = 1; column <= columns; ++column) {
      const double number = parse_number({cut(line, ','), name, line_number, column});
      (column < columns ? data.inputs : data.labels).push_back(number);
    }
  }
  if (data.labels.empty()) throw DataError(name + ": no examples");
  return data;
}

const Dataset& moons() {
  static const Dataset data = parse_dataset(embedded::moons_csv, "moons-1337.csv");
  return data;
}

}  // namespace levelgrad::host
