// SPDX-License-Identifier: MIT
//
// A training from its start, or from where another stopped, to its end.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "levelgrad/host/trainer.h"
#include "prepared_data.h"
#include "run_folder.h"
#include "train_arguments.h"

namespace levelgrad::app {

/// What is trained.
struct TrainRun {
  const TrainArguments& arguments;  ///< complete
  const SeededData& data;
  host::TrainOptions options;  ///< with the loss, the classes and the steps that the data decide
  std::string name;            ///< of the run: title and file names
  std::string save;            ///< folder
  const std::optional<StoredCheckpoint>& checkpoint;  ///< to go on from
};

/// The options that follow from the arguments and the data.
[[nodiscard]] host::TrainOptions options_for(const TrainArguments& arguments,
                                             const PreparedData& data);

/// Trains to the end: lines on stdout, a JSON object per report in the log, the bar on stderr; then
/// model, pictures and report in the folder. The result is the exit code.
///
/// Checkpoints are written from time to time, at the end, and when Ctrl-C stops the training after
/// a step.
[[nodiscard]] int train(const TrainRun& run);

}  // namespace levelgrad::app
