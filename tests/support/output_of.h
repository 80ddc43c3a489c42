// SPDX-License-Identifier: MIT
//
// Programs that tests run through a shell.
#pragma once

#include <array>
#include <cstdio>
#include <stdexcept>
#include <string>

namespace levelgrad::testing {

/// What a command prints, errors too. Errors: std::runtime_error with that where it fails.
inline std::string output_of(const std::string& command) {
  std::FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot run " + command);
  std::string output;
  std::array<char, 4096> part;
  while (const std::size_t count = std::fread(part.data(), 1, part.size(), pipe)) {
    output.append(part.data(), count);
  }
  if (::pclose(pipe) != 0) throw std::runtime_error(command + "\n" + output);
  return output;
}

}  // namespace levelgrad::testing
