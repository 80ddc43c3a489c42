// SPDX-License-Identifier: MIT
//
// The rows of a table, whatever file it is in.
#pragma once

#include <cstddef>
#include <filesystem>
#include <istream>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cell.h"
#include "levelgrad/host/examples.h"

namespace levelgrad::host {

/// Rows, read one after the other, with as many cells as there are columns.
class CellRows {
public:
  virtual ~CellRows() = default;

  /// For messages.
  [[nodiscard]] const std::string& file_name() const { return file_name_; }
  /// One for each column, all different: "column 1", ... where there is no header.
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  [[nodiscard]] bool has_header() const { return has_header_; }

  /// Goes to the next row; false: there is none. Errors: DataError, FileError.
  virtual bool next() = 0;
  /// A cell of this row; its text is borrowed until next().
  [[nodiscard]] virtual Cell cell(std::size_t column) const = 0;
  /// "iris.csv, line 3, column 2 ('petal width')", for a message about a cell of this row.
  [[nodiscard]] std::string place(std::size_t column) const;

protected:
  CellRows(std::string file_name, std::vector<std::string> names, bool has_header);

  /// "line 3"
  [[nodiscard]] virtual std::string row_text() const = 0;

private:
  std::string file_name_;
  std::vector<std::string> names_;
  bool has_header_;
};

/// CSV. text   borrowed. expected   names that tell a header. errors   as read_examples().
[[nodiscard]] std::unique_ptr<CellRows> csv_rows(std::istream& text, const std::string& name,
                                                 const DataOptions& options,
                                                 std::span<const std::string> expected = {});

/// A .npy file by its first byte, else CSV.
[[nodiscard]] std::unique_ptr<CellRows> open_rows(const std::filesystem::path& file,
                                                  const DataOptions& options,
                                                  std::span<const std::string> expected = {});

/// The place of a column that is given by its name or its number from 1; "" means the last one.
[[nodiscard]] std::optional<std::size_t> find_column(std::span<const std::string> names,
                                                     const std::string& wanted);

}  // namespace levelgrad::host
