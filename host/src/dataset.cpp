// SPDX-License-Identifier: MIT
#include "levelgrad/host/dataset.h"

#include <charconv>
#include <cmath>
#include <numeric>
#include <span>
#include <utility>

#include "embedded.h"
#include "levelgrad/error.h"
#include "levelgrad/math.h"
#include "levelgrad/number_text.h"

namespace levelgrad::host {
namespace {

constexpr double pi = 3.141592653589793;

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

/// Places evenly from 0 to pi, both included.
double angle(std::size_t index, std::size_t count) {
  const double last = count > 1 ? static_cast<double>(count - 1) : 1.0;
  return pi * static_cast<double>(index) / last;
}

}  // namespace

std::vector<double> inputs_and_labels(const Dataset& data) {
  std::vector<double> rows;
  rows.reserve(data.inputs.size() + data.labels.size());
  for (std::size_t i = 0; i < data.example_count(); ++i) {
    const auto row = std::span(data.inputs).subspan(i * data.feature_count, data.feature_count);
    rows.insert(rows.end(), row.begin(), row.end());
    rows.push_back(data.labels[i]);
  }
  return rows;
}

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

Dataset make_moons(std::size_t example_count, double noise, PythonRandom& random) {
  if (example_count < 2) throw ArgumentError("two moons need two points at least");
  if (!(std::isfinite(noise) && noise >= 0)) {
    throw ArgumentError("noise must be 0 or a positive number, not " + shortest(noise));
  }
  std::vector<std::size_t> order(example_count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = example_count - 1; i > 0; --i) {  // Fisher & Yates
    const auto j = static_cast<std::size_t>(random.random() * static_cast<double>(i + 1));
    std::swap(order[i], order[j]);
  }
  const std::size_t upper_count = example_count / 2;
  Dataset data{.feature_count = 2, .inputs = {}, .labels = {}};
  for (const std::size_t index : order) {
    const bool upper = index < upper_count;
    const double t =
        upper ? angle(index, upper_count) : angle(index - upper_count, example_count - upper_count);
    const double x = upper ? math::cos(t) : 1.0 - math::cos(t);
    const double y = upper ? math::sin(t) : 1.0 - math::sin(t) - 0.5;
    const double distance = noise * math::sqrt(-2.0 * math::log(1.0 - random.random()));
    const double direction = 2.0 * pi * random.random();
    data.inputs.push_back(x + distance * math::cos(direction));
    data.inputs.push_back(y + distance * math::sin(direction));
    data.labels.push_back(upper ? -1.0 : 1.0);
  }
  return data;
}

}  // namespace levelgrad::host
