// SPDX-License-Identifier: MIT
//
// Rows of cells as examples: numbers for the features, and a target.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cell_rows.h"

namespace levelgrad::host {

/// Which columns of a file are the features, in their order, and which is the target.
struct Columns {
  std::vector<std::size_t> features;
  std::optional<std::size_t> target;
};

/// The target that the options name, and all others as features. Errors: DataError.
[[nodiscard]] Columns columns_of(const CellRows& rows, const DataOptions& options);

/// The columns of a model. Errors: DataError.
[[nodiscard]] Columns columns_of(const CellRows& rows, const DataOptions& options,
                                 const ModelColumns& model, bool with_target);

/// Reads examples one after the other.
class ExampleReader {
public:
  /// rows   borrowed.
  ExampleReader(CellRows& rows, Columns columns, Missing missing);

  /// Goes to the next example; false: there is none. Errors: DataError for cells that cannot be
  /// taken, and where there was no example at all; FileError.
  bool next();

  /// [feature]. NaN: missing, to become the column's mean.
  [[nodiscard]] std::span<const double> features() const { return features_; }
  /// A number or text. Where there is a target column.
  [[nodiscard]] Cell target() const { return rows_.cell(*columns_.target); }
  /// For a message about the target.
  [[nodiscard]] std::string target_place() const { return rows_.place(*columns_.target); }
  [[nodiscard]] bool has_target() const { return columns_.target.has_value(); }

  /// Names and columns as Examples has them; no data and no class names.
  [[nodiscard]] Examples without_data() const;

private:
  /// False: the row is left out.
  bool read_row();
  /// The number of a feature's cell, or none where it is missing.
  std::optional<double> number_of(std::size_t feature);
  [[nodiscard]] std::string place_of(std::size_t column, const Cell& cell) const;

  CellRows& rows_;
  Columns columns_;
  Missing missing_;
  std::vector<double> features_;
  std::vector<bool> held_number_;  // [feature]: in a row before
  std::size_t row_count_ = 0;
  std::size_t example_count_ = 0;
};

/// The means of columns, in f64: the sum of the numbers, first row first, over their count.
class ColumnMeans {
public:
  explicit ColumnMeans(std::size_t column_count) : sums_(column_count), counts_(column_count) {}

  /// row   [column]; NaN does not count.
  void add(std::span<const double> row);
  /// Puts the means in the places of NaN. names   for the DataError of a column without numbers.
  void fill(std::span<double> row, std::span<const std::string> names) const;

private:
  std::vector<double> sums_;
  std::vector<std::size_t> counts_;
};

}  // namespace levelgrad::host
