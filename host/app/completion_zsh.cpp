// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <string_view>

#include "completion.h"

namespace levelgrad::app {
namespace {

constexpr const char* script = R"(#compdef levelgrad
# zsh completion for levelgrad: source <(levelgrad completion zsh), behind compinit
_levelgrad() {{
  local line state
  _arguments -C \
{program}    '1:command:(({commands}))' \
    '*::argument:->of_command'
  [[ $state == of_command ]] || return
  case $line[1] in
{cases}  esac
}}
if [[ $funcstack[1] == _levelgrad ]]; then
  _levelgrad "$@"
else
  compdef _levelgrad levelgrad
fi
)";

/// A text between single quotes where zsh gives the characters of special a meaning.
std::string in_quotes(std::string_view text, std::string_view special) {
  std::string safe;
  for (const char letter : text) {
    if (letter == '\'') {
      safe += "'\\''";
      continue;
    }
    if (special.find(letter) != std::string_view::npos) safe += '\\';
    safe += letter;
  }
  return safe;
}

/// The action that finds values: "(f64 f32)", "_files".
std::string action(const Values& values) {
  std::vector<std::string> actions;
  if (!values.choices.empty()) {
    actions.push_back(fmt::format("({})", fmt::join(values.choices, " ")));
  }
  if (values.files) actions.push_back("_files");
  if (values.folders) actions.push_back("_files -/");
  if (actions.size() < 2) return fmt::format("{}", fmt::join(actions, ""));
  // The space: else _arguments adds options of its own, which _alternative does not have.
  return fmt::format(" _alternative \"words\\:word\\:{}\" \"files\\:file\\:{}\"", actions[0],
                     actions[1]);
}

std::string option_line(const OptionNode& option, std::string_view indent) {
  const std::string help = in_quotes(option.help, "[]\\");
  const std::string value = option.takes_value ? ":value:" + action(option.values) : "";
  std::string lines;
  for (const std::string& name : option.names) {
    const bool may_have_equals = option.takes_value && name.starts_with("--");
    lines +=
        fmt::format("{}'*{}{}[{}]{}' \\\n", indent, name, may_have_equals ? "=" : "", help, value);
  }
  return lines;
}

std::string command_case(const CommandNode& command) {
  std::string text = fmt::format("    {})\n      _arguments \\\n", command.name);
  for (const OptionNode& option : command.options) text += option_line(option, "        ");
  for (const ArgumentNode& argument : command.arguments) {
    text += fmt::format("        ':{}:{}' \\\n", argument.name, action(argument.values));
  }
  text.erase(text.size() - 3);
  return text + "\n      ;;\n";
}

}  // namespace

std::string zsh_completion(const CommandTree& tree) {
  std::string options, commands, cases;
  for (const OptionNode& option : tree.program.options) options += option_line(option, "    ");
  for (const CommandNode& command : tree.commands) {
    commands += fmt::format("{}{}\\:\"{}\"", commands.empty() ? "" : " ", command.name,
                            in_quotes(command.help, "\\\":"));
    cases += command_case(command);
  }
  return fmt::format(script, fmt::arg("program", options), fmt::arg("commands", commands),
                     fmt::arg("cases", cases));
}

}  // namespace levelgrad::app
