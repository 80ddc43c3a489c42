// SPDX-License-Identifier: MIT
//
// The whole moons run against an outside witness: an independent Python scalar engine with ordered
// operands. Every loss, accuracy, first gradient and parameter, bit for bit.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "levelgrad/error.h"
#include "levelgrad/host/trainer.h"

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

Trainer demo(const TrainOptions& options = {}) {
  PythonRandom random(1337);
  return Trainer(moons(), options, random);
}

TEST(Moons, WholeRunEqualsTheWitness) {
  const Witness witness = read_witness();
  ASSERT_EQ(100U, witness.losses.size());
  ASSERT_EQ(337U, witness.initial.size());
  Trainer trainer = demo();
  const std::vector<Value> parameters = trainer.model().parameters();
  ASSERT_EQ(337U, parameters.size());
  for (std::size_t i = 0; i < 337; ++i) EXPECT_EQ(witness.initial[i], parameters[i].data()) << i;

  for (std::size_t k = 0; k < 100; ++k) {
    const StepReport report = trainer.step();
    ASSERT_EQ(witness.losses[k], report.loss) << "step " << k;
    ASSERT_EQ(witness.accuracies[k], report.accuracy) << "step " << k;
    if (k > 0) continue;
    for (std::size_t i = 0; i < 337; ++i) {
      EXPECT_EQ(witness.first_grads[i], parameters[i].grad()) << parameters[i].label();
    }
  }
  EXPECT_TRUE(trainer.done());
  EXPECT_EQ(0.8958441028683222, witness.losses[0]);
  EXPECT_EQ(100.0, witness.accuracies[99]);
  for (std::size_t i = 0; i < 337; ++i) {
    EXPECT_EQ(witness.final[i], parameters[i].data()) << parameters[i].label();
  }
}

TEST(Trainer, ReleasesWhatAStepBuilt) {
  Trainer trainer = demo();
  const std::uint64_t parameters = trainer.graph().node_count();
  EXPECT_EQ(337U, parameters);
  (void)trainer.step();
  (void)trainer.scores(std::vector<double>{0.0, 0.0});
  EXPECT_EQ(parameters, trainer.graph().node_count());
}

TEST(Trainer, StopsWhereNumbersEnd) {
  Trainer trainer = demo({.lr = 1e200});
  try {
    for (int k = 0; k < 10; ++k) (void)trainer.step();
    FAIL() << "did not diverge";
  } catch (const DivergedError& error) {
    const std::string text = error.what();
    EXPECT_NE(std::string::npos, text.find("step 1: data of '*'")) << text;
    EXPECT_NE(std::string::npos, text.find("nn.cpp:")) << text;
    EXPECT_NE(std::string::npos, text.find("--lr")) << text;
  }
  for (const Value& p : trainer.model().parameters()) EXPECT_TRUE(std::isfinite(p.data()));
}

TEST(Trainer, RefusesOptionsWithoutMeaning) {
  EXPECT_THROW(demo({.hidden = {0}}), ArgumentError);
  EXPECT_THROW(demo({.steps = -1}), ArgumentError);
  EXPECT_THROW(demo({.lr = 0}), ArgumentError);
  EXPECT_THROW(demo({.lr = std::nan("")}), ArgumentError);
  EXPECT_THROW(demo({.l2 = -1}), ArgumentError);
  const Dataset wrong_label = {1, {1.0}, {2.0}};
  PythonRandom random(1337);
  EXPECT_THROW(Trainer(wrong_label, {}, random), ArgumentError);
  EXPECT_THROW(Trainer(Dataset{}, {}, random), ArgumentError);
}

TEST(Trainer, HiddenLayersMayBeLeftOut) {
  Trainer trainer = demo({.hidden = {}, .steps = 50});
  StepReport last{};
  while (!trainer.done()) last = trainer.step();
  EXPECT_EQ(3U, trainer.model().parameters().size());
  EXPECT_GT(last.accuracy, 80.0);  // a straight line parts most of the moons
}

}  // namespace
}  // namespace levelgrad::host
