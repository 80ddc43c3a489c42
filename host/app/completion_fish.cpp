// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <string_view>

#include "completion.h"

namespace levelgrad::app {
namespace {

/// A word between single quotes.
std::string in_quotes(std::string_view text) {
  std::string safe = "'";
  for (const char letter : text) {
    if (letter == '\'' || letter == '\\') safe += '\\';
    safe += letter;
  }
  return safe + "'";
}

/// " -a 'f64 f32'", " -F"; -x: nothing but what -a says.
std::string expected(const Values& values) {
  std::string text = values.files || values.folders ? " -rF" : " -x";
  if (!values.choices.empty()) text += fmt::format(" -a '{}'", fmt::join(values.choices, " "));
  return text;
}

/// The lines of a command. when   the condition under which they hold.
std::string lines_of(const CommandNode& command, const std::string& when) {
  const std::string begin = fmt::format("complete -c levelgrad -n {}", in_quotes(when));
  std::string lines;
  for (const OptionNode& option : command.options) {
    lines += begin;
    for (const std::string& name : option.names) {
      const bool is_long = name.starts_with("--");
      lines += fmt::format(" -{} {}", is_long ? 'l' : 's', name.substr(is_long ? 2 : 1));
    }
    if (option.takes_value) lines += expected(option.values);
    lines += fmt::format(" -d {}\n", in_quotes(option.help));
  }
  for (const ArgumentNode& argument : command.arguments) {
    const Values& values = argument.values;
    if (!values.choices.empty()) {
      lines += fmt::format("{} -a '{}'\n", begin, fmt::join(values.choices, " "));
    }
    if (values.files || values.folders) lines += begin + " -F\n";
  }
  return lines;
}

}  // namespace

std::string fish_completion(const CommandTree& tree) {
  std::string text =
      "# fish completion for levelgrad: levelgrad completion fish | source\n"
      "complete -c levelgrad -f\n" +
      lines_of(tree.program, "__fish_use_subcommand");
  for (const CommandNode& command : tree.commands) {
    text += fmt::format("complete -c levelgrad -n __fish_use_subcommand -a {} -d {}\n",
                        command.name, in_quotes(command.help));
    text += lines_of(command, "__fish_seen_subcommand_from " + command.name);
  }
  return text;
}

}  // namespace levelgrad::app
