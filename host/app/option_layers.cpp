// SPDX-License-Identifier: MIT
#include "option_layers.h"

#include <cstdlib>

#include "levelgrad/error.h"
#include "levelgrad/host/nearest.h"

namespace levelgrad::app {
namespace {

/// "weight-decay" as the environment spells it.
std::string variable(const std::string& option) {
  std::string name = "LEVELGRAD_";
  for (const char c : option) {
    name += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return name;
}

/// ": did you mean epochs?", or "".
std::string did_you_mean(const std::string& name, const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    names.push_back(option->get_single_name());
  }
  const std::string meant = host::nearest(name, names);
  return meant.empty() ? "" : ": did you mean " + meant + "?";
}

}  // namespace

std::set<std::string> named_options(const CLI::App& command) {
  std::set<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    if (option->count() > 0) names.insert(option->get_single_name());
  }
  return names;
}

void fill(CLI::App& command, const OptionValues& values, const std::string& source) {
  for (const auto& [name, texts] : values) {
    CLI::Option* option = command.get_option_no_throw("--" + name);
    if (option == nullptr) {
      throw UsageError(source + ": unknown option '" + name + "'" + did_you_mean(name, command));
    }
    if (option->count() > 0) continue;
    try {
      for (const std::string& text : texts) option->add_result(text);
      option->run_callback();
    } catch (const CLI::Error& error) {
      throw UsageError(source + ": " + error.what());
    }
  }
}

OptionValues values_of_environment(const CLI::App& command) {
  OptionValues values;
  for (const CLI::Option* option : command.get_options()) {
    const std::string name = option->get_single_name();
    if (const char* text = std::getenv(variable(name).c_str()); text != nullptr) {
      values[name] = {text};
    }
  }
  return values;
}

std::string options_text(const CLI::App& command, const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    const CLI::Option* option = command.get_option("--" + name);
    const std::vector<std::string>& results = option->results();
    if (!results.empty()) text += option_line(name, results);
  }
  return text;
}

}  // namespace levelgrad::app
