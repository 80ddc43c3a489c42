// SPDX-License-Identifier: MIT
//
// Files of examples, as the trainer takes them.
#pragma once

#include <filesystem>
#include <istream>
#include <optional>
#include <string>
#include <vector>

#include "levelgrad/host/dataset.h"

namespace levelgrad::host {

/// Whether the first record names the columns. Auto: it does where the target is given by name, a
/// cell beside the target is text, or the target's is text with a number below.
enum class Header : unsigned char { Auto, Yes, No };

/// What to do where a cell is empty, NA, N/A, NaN, nan, null or ?. Drop: leave the row out. Mean:
/// take the mean of the column's numbers in the rows that are read; a target must be there.
enum class Missing : unsigned char { Refuse, Drop, Mean };

/// How to read a file.
struct DataOptions {
  char delimiter = ',';
  Header header = Header::Auto;
  std::string target = {};  ///< name of the column, or its number from 1; "": the last one
  Missing missing = Missing::Refuse;
  /// The target names classes, or is a number. Unset: classes where it is text, or at most 20
  /// different whole numbers each of which is there at least twice.
  std::optional<bool> classes = {};
};

/// Examples with the names of what they are about.
struct Examples {
  Dataset data;                            ///< labels: places in class_names, or numbers
  std::vector<std::string> feature_names;  ///< "column 1", "column 2", ... where there is no header
  std::string target_name;
  std::vector<std::string> class_names;  ///< by value, or else by bytes; empty: regression
};

/// Reads all examples of a .npy file (known by its first byte) or else of a CSV file.
///
/// A .npy file has no header; NaN is missing.
/// errors   FileError; DataError with file, line, column and text: a cell that is no finite number
///          (text can only be a target), a missing one, a row of another length, two columns of one
///          name, a target that is not there, one class alone, more than 65,536 classes, no rows.
[[nodiscard]] Examples read_examples(const std::filesystem::path& file, const DataOptions& options);

/// The same for CSV from anywhere. name   of the text, for messages.
[[nodiscard]] Examples read_examples(std::istream& text, const std::string& name,
                                     const DataOptions& options);

/// What a trained model asks of a file.
struct ModelColumns {
  std::vector<std::string> feature_names;
  std::string target_name;
  std::vector<std::string> class_names;  ///< empty: regression
};

/// Reads the columns that a model was trained with, in its order, by their names. In a file without
/// header, where its columns' numbers are not those of the model's, by their places: the features,
/// with the target behind them or where options.target says.
///
/// with_target   false: no target is read, and labels are NaN.
/// errors        as read_examples(); DataError for a column that is not there, and for a class that
///               the model does not know.
[[nodiscard]] Examples read_examples_for(const ModelColumns& model,
                                         const std::filesystem::path& file,
                                         const DataOptions& options, bool with_target);
[[nodiscard]] Examples read_examples_for(const ModelColumns& model, std::istream& text,
                                         const std::string& name, const DataOptions& options,
                                         bool with_target);

}  // namespace levelgrad::host
