// SPDX-License-Identifier: MIT
//
// The program's commands and options, read from what reads the command line. Shell completion and
// "did you mean" follow from it, so that no command is listed twice.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace levelgrad::app {

/// What may stand where a value is expected. All empty: nobody can foresee it.
struct Values {
  std::vector<std::string> choices;
  bool files = false;
  bool folders = false;
};

struct OptionNode {
  std::vector<std::string> names;  ///< "-o", "--output"
  std::string help;
  bool takes_value;
  Values values;
};

struct ArgumentNode {
  std::string name;
  Values values;
};

struct CommandNode {
  std::string name, help;
  std::vector<OptionNode> options;
  std::vector<ArgumentNode> arguments;  ///< in the order in which they stand
};

/// Commands have no commands of their own.
struct CommandTree {
  CommandNode program;
  std::vector<CommandNode> commands;
};

[[nodiscard]] CommandTree tree_of(const CLI::App& program);

/// What an option's type name says: "TEXT:{a,b}" as CLI::IsMember writes it, "FILE", "DIR", or
/// "FILE:{a,b}" and "NAME:{a,b}" where there are files, or names, beside these words.
[[nodiscard]] Values values_of(const CLI::Option& option);

/// "train", "graph", ...
[[nodiscard]] std::vector<std::string> command_names(const CLI::App& program);

}  // namespace levelgrad::app
