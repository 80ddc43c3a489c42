// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <vector>

#include "completion.h"

namespace levelgrad::app {
namespace {

// The words that are there decide: "command --option" on the value of an option, "command 0" on the
// first argument of a command. "--dtype=f" comes as three words.
constexpr const char* script =
    R"(# bash completion for levelgrad: source <(levelgrad completion bash)
_levelgrad() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD - 1]}}
  if [[ $word == = ]]; then
    word=''
  elif [[ $before == = ]]; then
    before=${{COMP_WORDS[COMP_CWORD - 2]}}
  fi
  local command=levelgrad place=0 i
  for ((i = 1; i < COMP_CWORD; ++i)); do
    case "$command ${{COMP_WORDS[i]}}" in
      {options_with_value}) [[ ${{COMP_WORDS[++i]}} != = ]] || ((++i)) ;;
      *' -'*) ;;
      'levelgrad '*) command=${{COMP_WORDS[i]}} ;;
      *) ((++place)) ;;
    esac
  done
  local words='' actions=()
  case "$command $before" in
{values}    {options_with_value}) ;;
    *)
      case "$command $place" in
{arguments}      esac
      if [[ $word == -* ]]; then
        actions=()
        case $command in
{options}        esac
      fi
      ;;
  esac
  if ((${{#actions[@]}})); then compopt -o filenames 2>/dev/null; fi
  mapfile -t COMPREPLY < <(compgen "${{actions[@]}}" -W "$words" -- "$word")
}}
complete -F _levelgrad levelgrad
)";

/// Assigns what compgen is asked for; "" where that is nothing.
std::string asked(const Values& values) {
  std::string text;
  if (!values.choices.empty()) text += fmt::format(" words='{}'", fmt::join(values.choices, " "));
  if (values.files) text += " actions=(-f)";
  if (values.folders) text += " actions=(-d)";
  return text;
}

/// "'train -o' | 'train --output'"
std::string pattern(const CommandNode& command, const OptionNode& option) {
  std::vector<std::string> patterns;
  for (const std::string& name : option.names) {
    patterns.push_back(fmt::format("'{} {}'", command.name, name));
  }
  return fmt::format("{}", fmt::join(patterns, " | "));
}

/// What the script says of each command.
struct Cases {
  std::vector<std::string> options_with_value;
  std::string values, arguments, options;

  void add(const CommandNode& command) {
    std::vector<std::string> names;
    for (const OptionNode& option : command.options) {
      names.insert(names.end(), option.names.begin(), option.names.end());
      if (option.takes_value) add_value(pattern(command, option), asked(option.values));
    }
    for (std::size_t k = 0; k < command.arguments.size(); ++k) {
      add_argument(command, k, command.arguments[k].values);
    }
    options += fmt::format("          {}) words='{}' ;;\n", command.name, fmt::join(names, " "));
  }
  void add_value(const std::string& words, const std::string& assignments) {
    options_with_value.push_back(words);
    if (!assignments.empty()) values += fmt::format("    {}){} ;;\n", words, assignments);
  }
  void add_argument(const CommandNode& command, std::size_t place, const Values& expected) {
    arguments += fmt::format("        '{} {}'){} ;;\n", command.name, place, asked(expected));
  }
};

}  // namespace

std::string bash_completion(const CommandTree& tree) {
  Cases cases;
  cases.add(tree.program);
  Values commands;
  for (const CommandNode& command : tree.commands) {
    commands.choices.push_back(command.name);
    cases.add(command);
  }
  cases.add_argument(tree.program, 0, commands);
  return fmt::format(script,
                     fmt::arg("options_with_value", fmt::join(cases.options_with_value, " | ")),
                     fmt::arg("values", cases.values), fmt::arg("arguments", cases.arguments),
                     fmt::arg("options", cases.options));
}

}  // namespace levelgrad::app
