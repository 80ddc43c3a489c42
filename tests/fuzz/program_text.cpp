// SPDX-License-Identifier: MIT
#include "levelgrad/program_text.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto read = [](std::string_view text) { return levelgrad::parse_program(text, "fuzzed"); };
  return levelgrad::fuzz::round_trip(data, size, read, levelgrad::to_text);
}
