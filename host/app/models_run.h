// SPDX-License-Identifier: MIT
//
// `levelgrad train MODEL --models M`: many models at once, and which of them is the best.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "executor_choice.h"
#include "levelgrad/host/trainer.h"
#include "sweep.h"

namespace levelgrad::app {

struct ModelsRun {
  std::string name;            ///< "moons"
  const host::Dataset& data;   ///< of all models
  host::TrainOptions options;  ///< but for rate and penalty
  /// Of a Trainer with these options; where penalties are swept, of record_with_penalty().
  const Program& program;
  /// Where the parameters start for a seed.
  std::function<std::vector<double>(std::uint64_t seed)> weights;
  std::vector<ModelSettings> models;
  Sweeps sweeps;  ///< that the settings come from
  ExecutorChoice executor;
  bool f32 = false;
  std::size_t top = 10;   ///< lines of the table
  std::string plot = {};  ///< file of the picture, .svg or .png; empty: none
  std::string json = {};  ///< file with all models; empty: none
};

/// Trains all models, each with the bits that it has alone. The best on stdout; the bar, the time
/// and how many diverged on stderr. The result is the exit code: exit_diverged where all did.
///
/// After Ctrl-C what is done is shown and written. On a GPU that is noticed between launches only.
/// errors   UsageError for no steps, more losses than memory is for, a picture of another kind.
[[nodiscard]] int train_models(const ModelsRun& run);

}  // namespace levelgrad::app
