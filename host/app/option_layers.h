// SPDX-License-Identifier: MIT
//
// Where options come from when the command line does not name them: the environment, a config file,
// a preset, the defaults. Each layer fills only what those before it left open.
#pragma once

#include <CLI/CLI.hpp>
#include <set>
#include <string>
#include <vector>

#include "config_text.h"

namespace levelgrad::app {

/// The options of a command that the command line names, without dashes.
[[nodiscard]] std::set<std::string> named_options(const CLI::App& command);

/// Gives the values to all options that have none yet.
///
/// source   of the values, for messages: "run.toml".
/// errors   UsageError for an option that the command does not have, or a value that it refuses.
void fill(CLI::App& command, const OptionValues& values, const std::string& source);

/// The values that the environment has: LEVELGRAD_WEIGHT_DECAY for --weight-decay.
[[nodiscard]] OptionValues values_of_environment(const CLI::App& command);

/// The command's options as a config file has them: those of the given names which have a value.
[[nodiscard]] std::string options_text(const CLI::App& command,
                                       const std::vector<std::string>& names);

}  // namespace levelgrad::app
