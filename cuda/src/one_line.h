// SPDX-License-Identifier: MIT
//
// A message of several lines in one.
#pragma once

#include <algorithm>
#include <string>

namespace levelgrad::cuda {

/// The first line of a message, with the next one where it only announces that. A compiler's
/// messages fill pages.
inline std::string one_line(const std::string& message) {
  const std::size_t end = std::min(message.find('\n'), message.size());
  std::string line = message.substr(0, end);
  const std::size_t next = message.find_first_not_of("\n ", end);
  if (line.ends_with(':') && next != std::string::npos) {
    line += " " + message.substr(next, message.find('\n', next) - next);
  }
  return line;
}

}  // namespace levelgrad::cuda
