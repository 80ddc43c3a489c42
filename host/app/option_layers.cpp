// SPDX-License-Identifier: MIT
#include "option_layers.h"

#include <algorithm>
#include <cstdlib>
#include <sstream>

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

/// Whether TOML reads the text as itself without quotes.
bool needs_no_quotes(const std::string& text) {
  if (text == "true" || text == "false") return true;
  double number = 0;
  return CLI::detail::lexical_cast(text, number) &&
         text.find_first_not_of("0123456789+-.e") == std::string::npos;
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

/// Whether several lines of the text give the name a value: CLI11 makes one list of them.
bool is_given_twice(const std::string& text, const std::string& name) {
  std::istringstream lines(text);
  int count = 0;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line.substr(0, line.find('=')));
    std::string word, more;
    const bool is_value = line.find('=') != std::string::npos;
    count += is_value && words >> word && word == name && !(words >> more) ? 1 : 0;
  }
  return count > 1;
}

std::string quoted(const std::string& text) {
  if (needs_no_quotes(text)) return text;
  // Without escapes: not all readers of TOML know them.
  if (text.find('\'') == std::string::npos) return "'" + text + "'";
  if (text.find_first_of("\"\\") == std::string::npos) return '"' + text + '"';
  throw UsageError("a config file cannot hold " + text + ", which has quotes of both kinds");
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

OptionValues parse_options(const std::string& text, const std::string& name) {
  std::istringstream stream(text);
  OptionValues values;
  try {
    for (const CLI::ConfigItem& item : CLI::ConfigTOML().from_config(stream)) {
      if (item.name == "++" || item.name == "--") continue;  // how sections begin and end
      if (!item.parents.empty()) {
        throw DataError(name + ": a section, [" + item.parents.front() + "], where options stand");
      }
      if (item.name.empty()) throw DataError(name + ": a value without a name");
      const bool is_new = values.emplace(item.name, item.inputs).second;
      if (!is_new || is_given_twice(text, item.name)) {
        throw DataError(name + ": '" + item.name + "' is there twice");
      }
    }
  } catch (const CLI::Error& error) {
    throw DataError(name + ": " + error.what());
  }
  return values;
}

std::string options_text(const CLI::App& command, const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    const CLI::Option* option = command.get_option("--" + name);
    const std::vector<std::string>& results = option->results();
    if (results.empty()) continue;
    std::string value;
    for (const std::string& result : results) {
      value += (value.empty() ? "" : ", ") + quoted(result);
    }
    text += name + " = " + (results.size() == 1 ? value : "[" + value + "]") + "\n";
  }
  return text;
}

}  // namespace levelgrad::app
