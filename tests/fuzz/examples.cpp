// SPDX-License-Identifier: MIT
#include "levelgrad/host/examples.h"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "fuzz.h"

namespace {

using levelgrad::host::Examples;
using levelgrad::host::Header;
using levelgrad::host::Missing;

/// The first byte chooses the options, the others are the file.
Examples read(std::string_view bytes) {
  const auto choice = static_cast<unsigned char>(bytes.empty() ? 0 : bytes.front());
  levelgrad::host::DataOptions options = {.header = static_cast<Header>(choice % 3),
                                          .missing = static_cast<Missing>(choice / 3 % 3)};
  if (choice / 9 % 3 > 0) options.classes = choice / 9 % 3 == 1;
  std::istringstream text{std::string(bytes.empty() ? bytes : bytes.substr(1))};
  return levelgrad::host::read_examples(text, "fuzzed", options);
}

/// What training relies on.
bool holds_together(const Examples& examples) {
  const levelgrad::host::Dataset& data = examples.data;
  const auto classes = static_cast<double>(examples.class_names.size());
  return data.example_count() > 0 && examples.feature_names.size() == data.feature_count &&
         data.inputs.size() == data.example_count() * data.feature_count &&
         std::ranges::all_of(data.inputs, [](double x) { return std::isfinite(x); }) &&
         std::ranges::all_of(data.labels, [&](double label) {
           if (classes == 0) return std::isfinite(label);
           return label >= 0 && label < classes && label == std::floor(label);
         });
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(data, data + size);
  const auto examples = levelgrad::fuzz::value_of(bytes, read);
  if (examples && !holds_together(*examples)) std::abort();
  return 0;
}
