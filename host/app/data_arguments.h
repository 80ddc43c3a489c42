// SPDX-License-Identifier: MIT
//
// Which data a command takes, and what of them.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "levelgrad/host/examples.h"

namespace levelgrad::app {

struct DataArguments {
  std::string file;    ///< empty: the preset's
  std::string preset;  ///< whose data: "moons"; empty: a file's
  std::string target;  ///< empty: the last column
  std::string delimiter = ",";
  std::string header = "auto", missing = "refuse", task = "auto";
  std::size_t points = 0;  ///< 0: as many as the preset has
  double noise = 0;
  std::vector<double> split;  ///< shares for training, validation, test
  bool standardize = false;
};

/// Adds the options that say how a file is read. Returns --data.
///
/// name   of the option, and of an argument that stands for it.
CLI::Option* add_reading_options(CLI::App& command, DataArguments& data,
                                 const std::string& name = "--data");

/// The same for commands that need a file, which may stand without --data.
void add_file_options(CLI::App& command, DataArguments& data);

/// Errors: UsageError.
[[nodiscard]] host::DataOptions data_options(const DataArguments& arguments);

}  // namespace levelgrad::app
