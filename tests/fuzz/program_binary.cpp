// SPDX-License-Identifier: MIT
#include "fnv.h"
#include "fuzz.h"
#include "levelgrad/program_text.h"

// The bytes come without their checksum, which no mutation would hit.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto read = [](std::string_view bytes) {
    const std::string checksum = levelgrad::detail::fnv1a_128(bytes);
    return levelgrad::from_binary(std::string(bytes) + checksum, "fuzzed");
  };
  const auto write = [](const levelgrad::Program& program) {
    const std::string bytes = levelgrad::to_binary(program);
    return bytes.substr(0, bytes.size() - levelgrad::detail::fnv1a_128({}).size());
  };
  return levelgrad::fuzz::round_trip(data, size, read, write);
}
