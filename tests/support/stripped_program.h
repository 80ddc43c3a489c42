// SPDX-License-Identifier: MIT
//
// Programs without source lines, for texts that must not change when a line of ours moves.
#pragma once

#include <sstream>
#include <string>

#include "levelgrad/program_text.h"

namespace levelgrad::testing {

inline Program without_source_lines(const Program& program) {
  std::istringstream lines(to_text(program));
  std::string text;
  for (std::string line; std::getline(lines, line);) text += line.substr(0, line.find(" ;")) + "\n";
  return parse_program(text, "a Program without source lines");
}

}  // namespace levelgrad::testing
