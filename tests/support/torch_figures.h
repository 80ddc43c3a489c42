// SPDX-License-Identifier: MIT
//
// What PyTorch made of optimizers and rates: tests/data/torch-optimizers.txt.
#pragma once

#include <cctype>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "support/tests_folder.h"

namespace levelgrad::testing {

/// The rows of numbers below a title, up to the next one; none where there is no such title.
inline std::vector<std::vector<double>> torch_figures(const std::string& title) {
  std::ifstream file(tests_folder() + "/data/torch-optimizers.txt");
  std::vector<std::vector<double>> rows;
  bool below = false;
  for (std::string line; std::getline(file, line);) {
    if (std::isalpha(static_cast<unsigned char>(line.front())) != 0) {
      below = line == title;
    } else if (below) {
      std::istringstream words(line);
      rows.emplace_back();
      for (double number = 0; words >> number;) rows.back().push_back(number);
    }
  }
  return rows;
}

}  // namespace levelgrad::testing
