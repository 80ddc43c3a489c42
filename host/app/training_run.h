// SPDX-License-Identifier: MIT
//
// A training run as the program shows it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "levelgrad/host/trainer.h"

namespace levelgrad::app {

/// What is trained, and where what is said about it goes.
struct TrainingRun {
  host::Trainer& trainer;
  const host::Dataset& data;
  int steps;
  std::string name;                      ///< title and file name of the pictures
  std::vector<std::string> class_names;  ///< for the pictures
  std::string note = {};                 ///< a line for stderr before the first step; empty: none
  /// A line for stdout before the step of this number, from 0; empty: none.
  std::function<std::string(int)> line_before = [](int) { return std::string(); };
  /// The line of a step for stdout.
  std::function<std::string(const host::StepReport&)> line = nullptr;
  std::string save;  ///< folder of the pictures
  std::string log;   ///< file of the JSON log; empty: none
};

/// Trains to the end: lines on stdout, a JSON object per step in the log, the bar on stderr,
/// pictures in the folder. The result is the exit code.
///
/// After Ctrl-C the step is finished, and nothing is drawn.
[[nodiscard]] int follow(const TrainingRun& run);

}  // namespace levelgrad::app
