// SPDX-License-Identifier: MIT
//
// What is wrong with a command line, and what was perhaps meant.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace levelgrad::app {

/// One line for people: "unknown option --hiden: did you mean --hidden?".
///
/// cli     has read the command line and thrown the error.
/// error   says what CLI11 found; what is unknown comes before it, for it is often the cause.
[[nodiscard]] std::string mistake(const CLI::App& cli, const CLI::ParseError& error);

/// For a command line without a command: "which command: train, graph or info?".
[[nodiscard]] std::string which_command(const CLI::App& cli);

}  // namespace levelgrad::app
