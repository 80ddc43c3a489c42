// SPDX-License-Identifier: MIT
//
// The folder of a run: what is in it, under which names.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "levelgrad/host/checkpoint.h"
#include "levelgrad/host/trained_model.h"
#include "option_layers.h"

namespace levelgrad::app {

/// A checkpoint as it was found, and the name of its file.
struct StoredCheckpoint {
  std::string name;
  host::TensorFile tensors;
};

///     model.safetensors        the trained network: for eval, predict, and other programs
///     checkpoint.safetensors   the training as it stands, and checkpoint.safetensors.previous
///     config.toml              the options
///     report.html, *.svg, *.png
///
/// errors   of all functions: FileError, DataError for what is damaged.
class RunFolder {
public:
  explicit RunFolder(std::filesystem::path path) : path_(std::move(path)) {}

  [[nodiscard]] std::filesystem::path file(const std::string& name) const { return path_ / name; }

  /// The new checkpoint is read back before it takes the old one's place.
  template <class T>
  void write(const host::Checkpoint<T>& checkpoint) const;
  void write(const host::TrainedModel& model) const;
  void write_config(const std::string& toml) const;

  /// Where the last checkpoint is damaged: the one before it, and a line on stderr.
  [[nodiscard]] StoredCheckpoint checkpoint() const;

private:
  std::filesystem::path path_;
};

/// Reads a model: of a run's folder (its model, else its checkpoint), or of a file.
[[nodiscard]] host::TrainedModel read_model(const std::filesystem::path& path);

/// The options of a checkpoint, as config_json() wrote them.
[[nodiscard]] OptionValues config_of(const StoredCheckpoint& checkpoint);
[[nodiscard]] std::string config_json(const OptionValues& values);

/// The parameters in a file of tensors, whatever made it and in whichever dtype; of a run's folder:
/// in its model.
template <class T>
[[nodiscard]] std::vector<T> parameters_in(const std::filesystem::path& path,
                                           const Program& program);

}  // namespace levelgrad::app
