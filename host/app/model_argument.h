// SPDX-License-Identifier: MIT
//
// The argument MODEL of commands: a preset, a trained model, or a Program file.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "levelgrad/host/dataset.h"
#include "levelgrad/program.h"

namespace levelgrad::app {

/// What MODEL stands for.
struct Model {
  std::string name;  ///< of the preset, or of the file or folder without those around it
  Program program;   ///< its initial numbers are those of a preset before training, or the trained
  std::optional<host::Dataset> data;  ///< what a preset trains on, as the Program takes it
  /// More examples of a preset's kind, at least as many as asked for, from a seed that is not 0;
  /// null for a file.
  std::function<host::Dataset(std::size_t count, std::uint64_t seed)> generate;
};

/// What a command line says of MODEL.
struct ModelArgument {
  std::string name;
  std::vector<int> hidden;  ///< empty: as the preset has them
};

/// Adds MODEL and --hidden to a command. verb   what the command does with it: "explain".
void add_model(CLI::App& command, ModelArgument& argument, const std::string& verb);

/// Adds MODEL alone.
void add_model_name(CLI::App& command, std::string& name, const std::string& verb);

/// Records a preset as it is before training, or reads a trained model (of a run's folder, or its
/// file) or a Program file, text or binary.
///
/// hidden   neurons of each hidden layer of a preset; empty: as the preset has them.
/// errors   UsageError for what is neither a preset nor a file, and for hidden layers of a file;
///          FileError for a file that cannot be read; DataError with the line, or ProgramError, for
///          what is no Program; as preset_network() and host::record_network().
[[nodiscard]] Model model_named(const std::string& argument, const std::vector<int>& hidden);

}  // namespace levelgrad::app
