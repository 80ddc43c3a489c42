// SPDX-License-Identifier: MIT
#include "mistake.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "command_tree.h"
#include "levelgrad/host/nearest.h"

namespace levelgrad::app {
namespace {

/// ": did you mean --hidden?", or "".
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates,
                         std::string_view dashes = "") {
  const std::string meant = host::nearest(word, candidates);
  return meant.empty() ? "" : fmt::format(": did you mean {}{}?", dashes, meant);
}

bool is_option(const std::string& word) {
  return word.size() > 1 && word[0] == '-' && word != "--";
}

std::optional<std::string> unknown_option(const CLI::App& command) {
  const std::vector<std::string> left = command.remaining();
  const auto word = std::ranges::find_if(left, is_option);
  if (word == left.end()) return std::nullopt;
  const std::string name = word->substr(0, word->find('='));
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& known : option->get_lnames()) names.push_back(known);
  }
  const std::string bare = name.substr(std::min(name.find_first_not_of('-'), name.size()));
  return "unknown option " + name + did_you_mean(bare, names, "--");
}

std::optional<std::string> unknown_command(const CLI::App& cli) {
  const std::vector<std::string> left = cli.remaining();
  if (left.empty() || !cli.get_subcommands().empty()) return std::nullopt;
  const std::vector<std::string> names = command_names(cli);
  const std::string meant = did_you_mean(left.front(), names);
  return "unknown command " + left.front() +
         (meant.empty() ? fmt::format(": there are {}", fmt::join(names, ", ")) : meant);
}

/// Where a preset is looked for: its file, which needs --data.
std::string did_you_mean_data(const CLI::App& command, const std::string& value) {
  const bool is_file = std::filesystem::is_regular_file(value);
  const bool has_data = command.get_option_no_throw("--data") != nullptr;
  return is_file && has_data ? ": did you mean --data " + value + "?" : "";
}

/// A value that is none of the option's choices. message   CLI11's, which begins with the option.
std::optional<std::string> unknown_value(const CLI::App& command, const std::string& message) {
  for (const CLI::Option* option : command.get_options()) {
    if (!message.starts_with(option->get_name() + ": ")) continue;
    const std::vector<std::string> choices = values_of(*option).choices;
    for (const std::string& value : option->results()) {
      if (choices.empty() || std::ranges::find(choices, value) != choices.end()) continue;
      std::string meant = did_you_mean(value, choices);
      if (meant.empty() && option->get_positional()) meant = did_you_mean_data(command, value);
      return fmt::format("{}: {} is none of {}{}", option->get_name(), value,
                         fmt::join(choices, ", "), meant);
    }
  }
  return std::nullopt;
}

}  // namespace

std::string mistake(const CLI::App& cli, const CLI::ParseError& error) {
  const std::string message = error.what();
  std::optional<std::string> found = unknown_option(cli);
  if (!found) found = unknown_command(cli);
  for (const CLI::App* command : cli.get_subcommands()) {
    if (!found) found = unknown_option(*command);
    if (!found) found = unknown_value(*command, message);
  }
  return found.value_or(message.substr(0, message.find('\n')));
}

std::string which_command(const CLI::App& cli) {
  const std::vector<std::string> names = command_names(cli);
  return fmt::format("which command: {} or {}?", fmt::join(names.begin(), names.end() - 1, ", "),
                     names.back());
}

}  // namespace levelgrad::app
