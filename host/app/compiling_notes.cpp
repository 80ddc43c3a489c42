// SPDX-License-Identifier: MIT
#include "compiling_notes.h"

#include <fmt/format.h>

#include <cstdio>

namespace levelgrad::app {

void CompilingNotes::tell(const std::string& why_not, const host::DiskCache& cache) {
  if (!why_not.empty() && !told_why_not_) {
    fmt::print(stderr, "levelgrad: {}: {}\n", runs_as_, in_one_line(why_not));
    told_why_not_ = true;
  }
  if (told_trouble_) return;
  if (const std::string trouble = cache.trouble(); !trouble.empty()) {
    fmt::print(stderr, "levelgrad: {}\n", trouble);
    told_trouble_ = true;
  }
}

std::string in_one_line(const std::string& text) {
  const std::size_t first = text.find('\n');
  if (first == std::string::npos) return text;
  return text.substr(0, first) + " " +
         text.substr(first + 1, text.find('\n', first + 1) - first - 1);
}

}  // namespace levelgrad::app
