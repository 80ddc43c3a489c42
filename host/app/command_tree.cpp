// SPDX-License-Identifier: MIT
#include "command_tree.h"

#include <sstream>
#include <string_view>
#include <utility>

namespace levelgrad::app {
namespace {

std::vector<const CLI::App*> commands_of(const CLI::App& program) {
  return program.get_subcommands([](const CLI::App*) { return true; });
}

CommandNode read_command(const CLI::App& command) {
  CommandNode node{command.get_name(), command.get_description(), {}, {}};
  for (const CLI::Option* option : command.get_options()) {
    if (option->get_positional()) {
      node.arguments.push_back({option->get_name(true), values_of(*option)});
      if (option->get_lnames().empty()) continue;
    }
    OptionNode found{
        {}, option->get_description(), option->get_items_expected_max() > 0, values_of(*option)};
    for (const std::string& name : option->get_snames()) found.names.push_back("-" + name);
    for (const std::string& name : option->get_lnames()) found.names.push_back("--" + name);
    node.options.push_back(std::move(found));
  }
  return node;
}

}  // namespace

Values values_of(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const std::size_t begin = type.find('{');
  const std::string_view kind = std::string_view(type).substr(0, begin);
  Values values;
  values.files = kind.find("FILE") != std::string_view::npos;
  values.folders = kind.find("DIR") != std::string_view::npos;
  if (begin != std::string::npos) {
    const std::size_t end = type.find('}', begin);
    std::istringstream choices(type.substr(begin + 1, end - begin - 1));
    for (std::string choice; std::getline(choices, choice, ',');) values.choices.push_back(choice);
  }
  return values;
}

std::vector<std::string> command_names(const CLI::App& program) {
  std::vector<std::string> names;
  for (const CLI::App* command : commands_of(program)) names.push_back(command->get_name());
  return names;
}

CommandTree tree_of(const CLI::App& program) {
  CommandTree tree{read_command(program), {}};
  for (const CLI::App* command : commands_of(program)) {
    tree.commands.push_back(read_command(*command));
  }
  return tree;
}

}  // namespace levelgrad::app
