// SPDX-License-Identifier: MIT
//
// The trainer apart from the runs that have a witness.
#include "levelgrad/host/trainer.h"

#include <gtest/gtest.h>

#include <cmath>

#include "executors.h"
#include "levelgrad/error.h"
#include "support/every_executor.h"

namespace levelgrad::host {
namespace {

Trainer demo(const TrainOptions& options = {}) {
  PythonRandom random(1337);
  return Trainer(moons(), options, random);
}

Trainer of_many_points(std::size_t count, int steps, const std::string& executor) {
  PythonRandom random(1337);
  const Dataset data = make_moons(count, 0.1, random);
  return Trainer(data, {.steps = steps}, random, app::make_executor<double>(executor, {}));
}

TEST(Trainer, TrainsTenThousandPointsAlikeByEveryExecutor) {
  constexpr std::size_t count = 10000;
  constexpr int steps = testing::sanitized ? 1 : 20;
  std::vector<Trainer> others;
  for (const std::string& name : app::usable_executor_names()) {
    if (name != "reference") others.push_back(of_many_points(count, steps, name));
  }
  Trainer reference = of_many_points(count, steps, "reference");
  while (!reference.done()) {
    const StepReport expected = reference.step();
    for (Trainer& trainer : others) {
      const StepReport found = trainer.step();
      ASSERT_EQ(expected.loss, found.loss) << trainer.executor().name() << expected.step;
      ASSERT_EQ(expected.accuracy, found.accuracy) << trainer.executor().name() << expected.step;
    }
  }
  for (const Trainer& trainer : others) EXPECT_EQ(reference.parameters(), trainer.parameters());
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
  EXPECT_THROW((void)record_with_penalty(moons(), {.weight_decay = 1e-4}, random), ArgumentError);
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
