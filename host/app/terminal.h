// SPDX-License-Identifier: MIT
//
// Whether somebody looks at stderr.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace levelgrad::app {

/// Whether stderr is a terminal where a line can be erased.
inline bool stderr_is_terminal() {
  const char* term = std::getenv("TERM");
  return isatty(STDERR_FILENO) != 0 && term != nullptr && std::string_view(term) != "dumb";
}

/// Erases the line that the cursor is in.
inline constexpr const char* erase_line = "\r\033[K";

}  // namespace levelgrad::app
