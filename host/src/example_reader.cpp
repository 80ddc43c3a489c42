// SPDX-License-Identifier: MIT
#include "example_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "levelgrad/error.h"
#include "levelgrad/host/nearest.h"

namespace levelgrad::host {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

[[noreturn]] void refuse_column(const CellRows& rows, const std::string& wanted) {
  const std::vector<std::string>& names = rows.names();
  std::string hint;
  if (rows.has_header()) {
    const std::string close = nearest(wanted, names);
    if (!close.empty()) hint = fmt::format("did you mean {}? ", shown(close));
    hint += "it has " + listed(names);
  } else {
    hint = fmt::format("it has no header, so name columns by their numbers, 1 to {}", names.size());
  }
  throw DataError(fmt::format("{} has no column {}", rows.file_name(), shown(wanted)), hint);
}

std::size_t column_called(const CellRows& rows, const std::string& wanted) {
  const std::optional<std::size_t> column = find_column(rows.names(), wanted);
  if (!column) refuse_column(rows, wanted);
  return *column;
}

std::vector<std::size_t> all_but(std::size_t left_out, std::size_t count) {
  std::vector<std::size_t> columns;
  for (std::size_t k = 0; k < count; ++k) {
    if (k != left_out) columns.push_back(k);
  }
  return columns;
}

/// For a file without header.
Columns columns_by_place(const CellRows& rows, const DataOptions& options,
                         const ModelColumns& model, bool with_target) {
  const std::size_t count = rows.names().size(), features = model.feature_names.size();
  if (count == features && !with_target) return {all_but(count, count), std::nullopt};
  if (count != features + 1) {
    throw DataError(
        fmt::format("{} has {} columns, and the model takes {} features{}", rows.file_name(), count,
                    features, with_target ? " and the target" : ""),
        "give the columns of the training file, or a header that names them");
  }
  const std::size_t target = column_called(rows, options.target);
  return {all_but(target, count), with_target ? std::optional(target) : std::nullopt};
}

}  // namespace

Columns columns_of(const CellRows& rows, const DataOptions& options) {
  const std::size_t count = rows.names().size();
  if (count < 2) {
    throw DataError(rows.file_name() + " has one column, and needs a feature and a target",
                    "is the delimiter right?");
  }
  const std::size_t target = column_called(rows, options.target);
  return {all_but(target, count), target};
}

Columns columns_of(const CellRows& rows, const DataOptions& options, const ModelColumns& model,
                   bool with_target) {
  const auto is_there = [&](const std::string& name) {
    return std::ranges::find(rows.names(), name) != rows.names().end();
  };
  if (!rows.has_header() && !std::ranges::all_of(model.feature_names, is_there)) {
    return columns_by_place(rows, options, model, with_target);
  }
  Columns columns;
  for (const std::string& name : model.feature_names) {
    if (!is_there(name)) refuse_column(rows, name);
    columns.features.push_back(column_called(rows, name));
  }
  const std::string& target = options.target.empty() ? model.target_name : options.target;
  if (with_target) columns.target = column_called(rows, target);
  return columns;
}

ExampleReader::ExampleReader(CellRows& rows, Columns columns, Missing missing)
    : rows_(rows),
      columns_(std::move(columns)),
      missing_(missing),
      held_number_(columns_.features.size()) {}

bool ExampleReader::next() {
  while (rows_.next()) {
    ++row_count_;
    if (!read_row()) continue;
    ++example_count_;
    return true;
  }
  if (row_count_ == 0) throw DataError(rows_.file_name() + ": no examples");
  if (example_count_ == 0) {
    throw DataError(fmt::format("{}: something is missing in each of the {} rows",
                                rows_.file_name(), row_count_),
                    "take means, or leave out the column that is empty");
  }
  return false;
}

bool ExampleReader::read_row() {
  features_.clear();
  bool whole = true;
  for (std::size_t k = 0; k < columns_.features.size(); ++k) {
    const std::optional<double> number = number_of(k);
    whole = whole && (number || missing_ == Missing::Mean);
    features_.push_back(number.value_or(none));
  }
  if (!columns_.target) return whole;
  const Cell cell = target();
  if (cell.kind == Cell::Kind::Beyond) {
    throw DataError(place_of(*columns_.target, cell) + " is no finite number");
  }
  if (cell.kind != Cell::Kind::Missing) return whole;
  if (missing_ == Missing::Drop) return false;
  throw DataError(place_of(*columns_.target, cell) + ": the target is missing",
                  "--missing drop leaves such rows out");
}

std::optional<double> ExampleReader::number_of(std::size_t feature) {
  const std::size_t column = columns_.features[feature];
  const Cell cell = rows_.cell(column);
  switch (cell.kind) {
    case Cell::Kind::Number:
      held_number_[feature] = true;
      return cell.number;
    case Cell::Kind::Missing:
      if (missing_ != Missing::Refuse) return std::nullopt;
      throw DataError(
          place_of(column, cell) + ": a number is missing",
          "--missing drop leaves such rows out, --missing mean takes the column's mean");
    case Cell::Kind::Beyond:
      throw DataError(place_of(column, cell) + " is no finite number");
    case Cell::Kind::Text:
      if (held_number_[feature]) throw DataError(place_of(column, cell) + " is no number");
      throw DataError(place_of(column, cell) + " is text, and only numbers can be features",
                      "remove the column, or write numbers in it");
  }
  throw InternalError("a cell of no kind");
}

std::string ExampleReader::place_of(std::size_t column, const Cell& cell) const {
  return rows_.place(column) + ": " + shown(cell.text);
}

Examples ExampleReader::without_data() const {
  Examples examples;
  examples.data.feature_count = columns_.features.size();
  for (const std::size_t column : columns_.features) {
    examples.feature_names.push_back(rows_.names()[column]);
  }
  if (columns_.target) examples.target_name = rows_.names()[*columns_.target];
  return examples;
}

void ColumnMeans::add(std::span<const double> row) {
  for (std::size_t k = 0; k < row.size(); ++k) {
    if (std::isnan(row[k])) continue;
    sums_[k] += row[k];
    ++counts_[k];
  }
}

void ColumnMeans::fill(std::span<double> row, std::span<const std::string> names) const {
  for (std::size_t k = 0; k < row.size(); ++k) {
    if (!std::isnan(row[k])) continue;
    if (counts_[k] == 0) {
      throw DataError(fmt::format("column {} has no number in any row", shown(names[k])),
                      "remove the column");
    }
    row[k] = sums_[k] / static_cast<double>(counts_[k]);
  }
}

}  // namespace levelgrad::host
