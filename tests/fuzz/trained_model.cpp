// SPDX-License-Identifier: MIT
#include "levelgrad/host/trained_model.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace host = levelgrad::host;
  const auto read = [](std::string_view bytes) {
    return host::trained_model_from(host::parse_safetensors(bytes, "fuzzed"), "fuzzed");
  };
  const auto write = [](const host::TrainedModel& model) {
    return host::safetensors_bytes(host::to_tensors(model));
  };
  return levelgrad::fuzz::round_trip(data, size, read, write);
}
