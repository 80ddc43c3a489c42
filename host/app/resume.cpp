// SPDX-License-Identifier: MIT
#include "resume.h"

#include <set>

#include "levelgrad/error.h"

namespace levelgrad::app {

void take_options_of_checkpoint(TrainArguments& arguments, const StoredCheckpoint& checkpoint) {
  static const std::set<std::string> free = {
      "resume",   "save",       "log",     "data",     "epochs",           "steps",
      "executor", "device",     "threads", "strategy", "checkpoint-every", "fingerprint-every",
      "patience", "dump-config"};
  for (const std::string& option : arguments.named) {
    if (free.contains(option)) continue;
    throw UsageError("--" + option + " with --resume: a training goes on as it began");
  }
  OptionValues values = config_of(checkpoint);
  // What is counted in epochs is not counted in steps, and the other way round.
  if (arguments.named.contains("epochs")) values.erase("steps");
  if (arguments.named.contains("steps")) values.erase("epochs");
  fill(*arguments.command, values, checkpoint.name);
  if (arguments.run.save.empty()) arguments.run.save = arguments.run.resume;
}

}  // namespace levelgrad::app
