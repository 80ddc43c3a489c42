// SPDX-License-Identifier: MIT
//
// The header of a safetensors file: JSON of one form and no other.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace levelgrad::host {

inline constexpr std::string_view metadata_key = "__metadata__";

/// What the header says of one tensor; nothing is known yet of how these fit each other.
struct HeaderEntry {
  std::string name;
  std::string dtype;
  std::vector<std::uint64_t> shape;
  std::uint64_t begin = 0;  ///< among the bytes behind the header
  std::uint64_t end = 0;    ///< exclusive
};

struct SafetensorsHeader {
  std::vector<HeaderEntry> entries;
  std::map<std::string, std::string> metadata;
};

/// Errors: DataError with the file's name and, where it is known, the tensor's.
[[nodiscard]] SafetensorsHeader parse_header(std::string_view json, const std::string& name);

/// A DataError of the file.
[[noreturn]] void refuse_file(const std::string& name, const std::string& what);

}  // namespace levelgrad::host
