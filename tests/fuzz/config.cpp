// SPDX-License-Identifier: MIT
#include <memory>

#include "fuzz.h"
#include "option_layers.h"

namespace {

using levelgrad::app::OptionValues;

/// Writes the values as options of a command that has just these.
std::string written(const OptionValues& values) {
  CLI::App command("", "fuzzed");
  std::vector<std::string> names;
  for (const auto& [name, texts] : values) {
    command.add_option("--" + name)->expected(0, static_cast<int>(texts.size()) + 1);
    names.push_back(name);
  }
  levelgrad::app::fill(command, values, "fuzzed");
  return levelgrad::app::options_text(command, names);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto read = [](std::string_view text) {
    return levelgrad::app::parse_options(std::string(text), "fuzzed");
  };
  return levelgrad::fuzz::round_trip(data, size, read, written);
}
