// SPDX-License-Identifier: MIT
//
// What the command line, the environment, a config file or a preset says of a training.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "data_arguments.h"
#include "executor_choice.h"
#include "levelgrad/host/train_options.h"
#include "option_layers.h"

namespace levelgrad::app {

/// What goes in and out of a run.
struct RunArguments {
  std::string save;    ///< folder
  std::string log;     ///< file; empty: none
  std::string lines;   ///< how steps are written: plain or eureka
  std::string init;    ///< file to take parameters from; empty: they are drawn
  std::string resume;  ///< folder or checkpoint to go on from; empty: a new training
  int fingerprint_every = 0;
  std::size_t patience = 0;
  double checkpoint_every = 10;  ///< seconds
};

struct TrainArguments {
  CLI::App* command = nullptr;
  std::string preset;  ///< as given; empty: none
  DataArguments data;
  RunArguments run;
  host::TrainOptions options;  ///< complete() leaves loss, steps and batch to what the data say
  std::string activation, optimizer, schedule;  ///< as given; options has what they mean
  std::string loss, weights, batch, dtype;
  int epochs = 0;
  std::string config;
  bool dump_config = false;
  ExecutorArguments executor;
  std::set<std::string> named;  ///< on the command line

  [[nodiscard]] bool f32() const { return dtype == "f32"; }
};

/// Adds all options of a training to the command, and the preset's name as a positional argument.
void add_train_options(CLI::App& command, TrainArguments& arguments);

/// Fills what the command line left open: from the environment, the config file, the preset, the
/// defaults.
///
/// errors   UsageError for options without meaning here; as fill() and parse_options().
void complete(TrainArguments& arguments);

/// Those options of a training that a config file may have, in the order in which it has them.
[[nodiscard]] const std::vector<std::string>& config_names();

/// How a run is called where it has no other name: its preset, or its file without ending.
[[nodiscard]] std::string run_name(const TrainArguments& arguments);

/// The values that these options have now, to be kept and given again.
[[nodiscard]] OptionValues values_of(const TrainArguments& arguments);

/// The examples of a step, where there are so many; 0: all. Errors: UsageError.
[[nodiscard]] std::size_t batch_size(const TrainArguments& arguments);

}  // namespace levelgrad::app
