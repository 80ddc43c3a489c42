// SPDX-License-Identifier: MIT
//
// The command line for shells, which complete it while it is typed. Each text is a script that the
// shell reads; it names all that the tree holds.
#pragma once

#include <string>

#include "command_tree.h"

namespace levelgrad::app {

[[nodiscard]] std::string bash_completion(const CommandTree& tree);
[[nodiscard]] std::string zsh_completion(const CommandTree& tree);
[[nodiscard]] std::string fish_completion(const CommandTree& tree);

}  // namespace levelgrad::app
