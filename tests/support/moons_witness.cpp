// SPDX-License-Identifier: MIT
#include "support/moons_witness.h"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "levelgrad/error.h"
#include "support/tests_folder.h"

namespace levelgrad::testing {
namespace {

double number(const std::string& word) {
  char* end = nullptr;
  const double value = std::strtod(word.c_str(), &end);
  if (end == word.c_str() || *end != '\0') throw DataError("'" + word + "' is not a number");
  return value;
}

void require(bool holds, const std::string& line) {
  if (!holds) throw DataError("moons-witness.txt: " + line);
}

}  // namespace

MoonsWitness read_moons_witness() {
  // Lines: "step K loss HEX DECIMAL accuracy A", "param K NAME... init HEX grad0 HEX final HEX".
  std::ifstream file(tests_folder() + "/data/moons-witness.txt");
  MoonsWitness witness;
  std::string line;
  while (std::getline(file, line)) {
    std::istringstream words(line);
    std::vector<std::string> word;
    for (std::string each; words >> each;) word.push_back(each);
    if (word.at(0) == "step") {
      witness.losses.push_back(number(word.at(3)));
      require(number(word.at(3)) == number(word.at(4)), line);
      witness.accuracies.push_back(number(word.at(6)));
    } else if (word.at(0) == "param") {
      witness.initial.push_back(number(word.at(word.size() - 5)));
      witness.first_grads.push_back(number(word.at(word.size() - 3)));
      witness.final.push_back(number(word.at(word.size() - 1)));
    }
  }
  require(witness.losses.size() == 100 && witness.initial.size() == 337, "not 100 steps of 337");
  return witness;
}

}  // namespace levelgrad::testing
