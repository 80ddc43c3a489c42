// SPDX-License-Identifier: MIT
#include "levelgrad/host/safetensors.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto read = [](std::string_view bytes) {
    return levelgrad::host::parse_safetensors(bytes, "fuzzed");
  };
  return levelgrad::fuzz::round_trip(data, size, read, levelgrad::host::safetensors_bytes);
}
