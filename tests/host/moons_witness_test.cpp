// SPDX-License-Identifier: MIT
//
// The whole moons run against an outside witness: an independent Python scalar engine with ordered
// operands. Every loss, accuracy, first gradient and parameter, bit for bit.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "executors.h"
#include "levelgrad/error.h"
#include "levelgrad/host/trainer.h"
#include "support/every_executor.h"

namespace levelgrad::host {
namespace {

struct Witness {
  std::vector<double> losses, accuracies, initial, first_grads, final;
};

double number(const std::string& word) {
  char* end = nullptr;
  const double value = std::strtod(word.c_str(), &end);
  if (end == word.c_str() || *end != '\0') throw DataError("'" + word + "' is not a number");
  return value;
}

/// Lines: "step K loss HEX DECIMAL accuracy A", "param K NAME... init HEX grad0 HEX final HEX".
Witness read_witness() {
  std::ifstream file(std::string(LEVELGRAD_TESTS) + "/data/moons-witness.txt");
  Witness witness;
  std::string line;
  while (std::getline(file, line)) {
    std::istringstream words(line);
    std::vector<std::string> word;
    for (std::string each; words >> each;) word.push_back(each);
    if (word.at(0) == "step") {
      witness.losses.push_back(number(word.at(3)));
      EXPECT_EQ(number(word.at(3)), number(word.at(4)));
      witness.accuracies.push_back(number(word.at(6)));
    } else if (word.at(0) == "param") {
      witness.initial.push_back(number(word.at(word.size() - 5)));
      witness.first_grads.push_back(number(word.at(word.size() - 3)));
      witness.final.push_back(number(word.at(word.size() - 1)));
    }
  }
  return witness;
}

/// The grads of the initial parameters.
std::vector<double> first_grads(const Program& program, const std::string& name) {
  const auto executor = app::make_executor<double>(name, {});
  executor->load(program);
  const std::vector<double> rows = inputs_and_labels(moons());
  std::vector<double> grads(program.parameter_count());
  executor->run({moons().example_count(), rows}, {.grads = grads});
  return grads;
}

class MoonsByEveryExecutor : public ::testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(Executor, MoonsByEveryExecutor, ::testing::ValuesIn(app::usable_executor_names()),
                         testing::executor_of_test);

TEST_P(MoonsByEveryExecutor, WholeRunEqualsTheWitness) {
  const Witness witness = read_witness();
  ASSERT_EQ(100U, witness.losses.size());
  ASSERT_EQ(337U, witness.initial.size());
  PythonRandom random(1337);
  Trainer trainer(moons(), {}, random, app::make_executor<double>(GetParam(), {}));
  EXPECT_EQ(witness.initial, trainer.parameters());
  EXPECT_EQ(witness.first_grads, first_grads(trainer.program(), GetParam()));

  for (std::size_t k = 0; k < 100; ++k) {
    const StepReport report = trainer.step();
    ASSERT_EQ(witness.losses[k], report.loss) << "step " << k;
    ASSERT_EQ(witness.accuracies[k], report.accuracy) << "step " << k;
  }
  EXPECT_TRUE(trainer.done());
  EXPECT_EQ(0.8958441028683222, witness.losses[0]);
  EXPECT_EQ(100.0, witness.accuracies[99]);
  const std::vector<double> last = trainer.parameters();
  for (std::size_t i = 0; i < 337; ++i) {
    EXPECT_EQ(witness.final[i], last[i]) << trainer.program().name(static_cast<NodeIndex>(i));
  }
}

}  // namespace
}  // namespace levelgrad::host
