// SPDX-License-Identifier: MIT
//
// `levelgrad completion`: a script with which a shell completes this program's command line.
#include <memory>

#include "commands.h"
#include "completion.h"
#include "exit_code.h"
#include "line_file.h"

namespace levelgrad::app {
namespace {

std::string script_for(const std::string& shell, const CommandTree& tree) {
  if (shell == "zsh") return zsh_completion(tree);
  return shell == "fish" ? fish_completion(tree) : bash_completion(tree);
}

}  // namespace

Command add_completion(CLI::App& app) {
  auto shell = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand(
      "completion", "write a script that completes commands and options in a shell");
  command->add_option("shell", *shell, "whose script: source it, as its first lines say")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  return [&app, shell] {
    LineFile().write_bytes(script_for(*shell, tree_of(app)));
    return exit_ok;
  };
}

}  // namespace levelgrad::app
