// SPDX-License-Identifier: MIT
#include "config_text.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using levelgrad::app::OptionValues;
  const auto read = [](std::string_view text) {
    return levelgrad::app::parse_options(text, "fuzzed");
  };
  const auto write = [](const OptionValues& values) {
    std::string text;
    for (const auto& [name, texts] : values) text += levelgrad::app::option_line(name, texts);
    return text;
  };
  return levelgrad::fuzz::round_trip(data, size, read, write);
}
