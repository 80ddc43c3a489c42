// SPDX-License-Identifier: MIT
//
// Texts that must not change by accident.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

namespace levelgrad::testing {

inline std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// Compares text with a file of the project; LEVELGRAD_UPDATE_GOLDEN=1 writes it anew. A missing
/// file is a failure.
inline void expect_golden(const std::string& path_in_project, const std::string& text) {
  const std::string path = LEVELGRAD_ROOT "/" + path_in_project;
  if (std::getenv("LEVELGRAD_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << text;
  EXPECT_EQ(read_file(path), text)
      << path << " is not what the code makes; if the change is meant, "
      << "run the test with LEVELGRAD_UPDATE_GOLDEN=1";
}

}  // namespace levelgrad::testing
