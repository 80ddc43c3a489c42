// SPDX-License-Identifier: MIT
//
// The whole moons run against an outside witness: an independent Python scalar engine with ordered
// operands. Every loss, accuracy, first gradient and parameter, bit for bit.
#include <gtest/gtest.h>

#include <cmath>
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

Trainer demo(const TrainOptions& options = {}, const std::string& executor = "reference") {
  PythonRandom random(1337);
  return Trainer(moons(), options, random, app::make_executor<double>(executor, {}));
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

INSTANTIATE_TEST_SUITE_P(Executor, MoonsByEveryExecutor, ::testing::ValuesIn(app::executor_names()),
                         testing::executor_of_test);

TEST_P(MoonsByEveryExecutor, WholeRunEqualsTheWitness) {
  const Witness witness = read_witness();
  ASSERT_EQ(100U, witness.losses.size());
  ASSERT_EQ(337U, witness.initial.size());
  Trainer trainer = demo({}, GetParam());
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

TEST_P(MoonsByEveryExecutor, TrainsTenThousandPointsAsTheReference) {
  constexpr std::size_t count = testing::sanitized ? 1000 : 10000;
  constexpr int steps = testing::sanitized ? 2 : 20;
  const auto trainer = [](const std::string& executor) {
    PythonRandom random(1337);
    const Dataset data = make_moons(count, 0.1, random);
    return Trainer(data, {.steps = steps}, random, app::make_executor<double>(executor, {}));
  };
  Trainer expected = trainer("reference"), found = trainer(GetParam());
  while (!expected.done()) {
    const StepReport one = expected.step(), other = found.step();
    ASSERT_EQ(one.loss, other.loss) << "step " << one.step;
    ASSERT_EQ(one.accuracy, other.accuracy) << "step " << one.step;
  }
  EXPECT_EQ(expected.parameters(), found.parameters());
}

TEST(Trainer, LeavesNothingInTheCurrentGraph) {
  const std::uint64_t before = Graph::current().node_count();
  Trainer trainer = demo();
  (void)trainer.step();
  (void)trainer.scores(std::vector<double>{0.0, 0.0});
  EXPECT_EQ(before, Graph::current().node_count());
}

TEST(Trainer, NamesItsParameters) {
  const Trainer trainer = demo();
  EXPECT_EQ("layers.0.weight[0][0]", trainer.program().name(0));
  EXPECT_EQ("layers.2.bias[0]", trainer.program().name(336));
}

TEST(Trainer, ScoresManyPointsAtOnce) {
  Trainer trainer = demo({.hidden = {4}});
  (void)trainer.step();
  const std::vector<double> points = {0.0, 0.0, 1.0, 0.5, -1.0, 2.0};
  const std::vector<double> scores = trainer.scores(points);
  ASSERT_EQ(3U, scores.size());
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(scores[i], trainer.scores(std::span(points).subspan(2 * i, 2)).at(0)) << i;
  }
  EXPECT_TRUE(trainer.scores({}).empty());
  EXPECT_THROW((void)trainer.scores(std::span(points).first(3)), ShapeError);
}

TEST(Trainer, TellsTheLossOfOtherExamples) {
  Trainer trainer = demo();
  const double loss = trainer.loss(moons());
  EXPECT_EQ(trainer.step().loss, loss);
  EXPECT_THROW((void)trainer.loss({1, {1.0}, {1.0}}), ShapeError);
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
    EXPECT_NE(std::string::npos, text.find("example 0")) << text;
    EXPECT_NE(std::string::npos, text.find("--lr")) << text;
  }
  for (const double p : trainer.parameters()) EXPECT_TRUE(std::isfinite(p));
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
  EXPECT_EQ(3U, trainer.program().parameter_count());
  EXPECT_GT(last.accuracy, 80.0);  // a straight line parts most of the moons
}

}  // namespace
}  // namespace levelgrad::host
