// SPDX-License-Identifier: MIT
#include "fuzz.h"
#include "option_layers.h"

namespace {

/// The options of a command that reads the text, as a config file: the way of a run's config.toml.
std::string written_again(std::string_view text) {
  static const std::vector<std::string> names = {"data", "hidden", "lr", "shuffle", "target"};
  CLI::App command("", "fuzzed");
  for (const std::string& name : names) command.add_option("--" + name)->expected(0, 100);
  levelgrad::app::fill(command, levelgrad::app::parse_options(std::string(text), "fuzzed"),
                       "fuzzed");
  return levelgrad::app::options_text(command, names);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto write = [](const std::string& text) { return text; };
  return levelgrad::fuzz::round_trip(data, size, written_again, write);
}
