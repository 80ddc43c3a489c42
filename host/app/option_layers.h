// SPDX-License-Identifier: MIT
//
// Where options come from when the command line does not name them: the environment, a config file,
// a preset, the defaults. Each layer fills only what those before it left open.
#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace levelgrad::app {

/// Values of options, by the options' long names without dashes.
using OptionValues = std::map<std::string, std::vector<std::string>>;

/// The options of a command that the command line names, without dashes.
[[nodiscard]] std::set<std::string> named_options(const CLI::App& command);

/// Gives the values to all options that have none yet.
///
/// source   of the values, for messages: "run.toml".
/// errors   UsageError for an option that the command does not have, or a value that it refuses.
void fill(CLI::App& command, const OptionValues& values, const std::string& source);

/// The values that the environment has: LEVELGRAD_WEIGHT_DECAY for --weight-decay.
[[nodiscard]] OptionValues values_of_environment(const CLI::App& command);

/// Reads TOML: `name = value` lines, lists in brackets, comments. No sections.
///
/// name     of the text, for messages.
/// errors   DataError for what is no TOML of this kind.
[[nodiscard]] OptionValues parse_options(const std::string& text, const std::string& name);

/// The command's options as a config file has them: those of the given names which have a value.
[[nodiscard]] std::string options_text(const CLI::App& command,
                                       const std::vector<std::string>& names);

}  // namespace levelgrad::app
