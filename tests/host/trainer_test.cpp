// SPDX-License-Identifier: MIT
//
// The trainer apart from the runs that have a witness.
#include "levelgrad/host/trainer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "executors.h"
#include "levelgrad/counter_random.h"
#include "levelgrad/error.h"
#include "levelgrad/reference_executor.h"
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
  const double loss = trainer.evaluate(moons()).loss;
  EXPECT_EQ(trainer.step().loss, loss);
  EXPECT_THROW((void)trainer.evaluate({1, {1.0}, {1.0}}), ShapeError);
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

TrainOptions batches_of_seven(int steps) {
  TrainOptions options;
  options.hidden = {5};
  options.steps = steps;
  options.lr = 0.1;
  options.optimizer = Optimizer::AdamW;
  options.batch = 7;
  options.shuffle = true;
  options.seed = 3;
  return options;
}

/// The parameters after all steps.
template <class T>
std::vector<T> trained(BasicTrainer<T>& trainer) {
  while (!trainer.done()) (void)trainer.step();
  return trainer.parameters();
}

// 100 examples make 14 batches of 7 and one of 2.
TEST(Trainer, TakesBatchesInTheOrderOfTheEpoch) {
  const TrainOptions options = batches_of_seven(33);
  PythonRandom random(1), again(1);
  Trainer trainer(moons(), options, random);
  EXPECT_EQ(15, trainer.steps_of_epoch());

  ReferenceExecutor executor;
  const Trainer same(moons(), options, again);
  executor.load(same.program());
  const std::vector<double> rows = inputs_and_labels(moons());
  for (int step = 0; step < 33; ++step) {
    const auto order = permutation(100, 3, static_cast<std::uint64_t>(step / 15));
    const auto first = static_cast<std::size_t>(step % 15 * 7);
    std::vector<double> batch;
    for (std::size_t i = first; i < std::min<std::size_t>(first + 7, 100); ++i) {
      batch.insert(batch.end(), rows.begin() + 3 * order[i], rows.begin() + 3 * order[i] + 3);
    }
    executor.run({batch.size() / 3, batch}, {.backward = true});
    ASSERT_TRUE(executor.update(update_of_step<double>(options, step)));
  }
  EXPECT_EQ(executor.parameters(), trained(trainer));
}

TEST(Trainer, ReportsChangeNoBit) {
  std::vector<std::vector<double>> found;
  for (const int every : {0, 1, 4, 1000}) {
    TrainOptions options = batches_of_seven(40);
    options.report_every = every;
    PythonRandom random(1);
    Trainer trainer(moons(), options, random, nullptr, moons());
    int reports = 0;
    for (; !trainer.done(); ++reports) (void)trainer.step();
    EXPECT_EQ(every == 0 ? 3 : (40 + every - 1) / every, reports);
    found.push_back(trainer.parameters());
  }
  for (const auto& parameters : found) EXPECT_EQ(found.front(), parameters);
}

template <class T>
void expect_resumed_alike(const std::string& executor, TrainOptions options) {
  PythonRandom random(1), again(1);
  const auto make = [&] { return app::make_executor<T>(executor, {}); };
  BasicTrainer<T> whole(moons(), options, random, make());
  BasicTrainer<T> first(moons(), options, again, make());
  while (first.steps_done() < 10) first.advance([] { return false; }, 5);
  ASSERT_EQ(10, first.steps_done());
  EXPECT_EQ(options.batch == 0, first.report_due());
  PythonRandom other(2);  // its weights are replaced
  BasicTrainer<T> second(moons(), options, other, make());
  second.restore(first.state());
  EXPECT_EQ(trained(whole), trained(second)) << executor;
}

TEST(Trainer, GoesOnFromAStateAsIfNothingHadBeen) {
  for (const std::string& executor : app::usable_executor_names()) {
    TrainOptions options = batches_of_seven(20);
    expect_resumed_alike<double>(executor, options);
    expect_resumed_alike<float>(executor, options);
    options.batch = 0;
    options.clip_norm = 0.1;
    expect_resumed_alike<double>(executor, options);
  }
  Trainer trainer = demo();
  EXPECT_THROW(trainer.restore({1000, trainer.parameters(), {}}), ArgumentError);
  EXPECT_THROW(trainer.restore({1, {1.0}, {}}), ShapeError);
}

TEST(Trainer, LearnsNumbersAndTwoClasses) {
  Dataset line{.feature_count = 1};
  for (int i = 0; i < 20; ++i) {
    line.inputs.push_back(0.1 * i);
    line.labels.push_back(3 * 0.1 * i - 1);
  }
  TrainOptions options = {
      .hidden = {}, .loss = Loss::SquaredError, .steps = 200, .lr = 0.2, .l2 = 0};
  PythonRandom random(1);
  Trainer regression(line, options, random);
  const std::vector<double> fitted = trained(regression);
  EXPECT_NEAR(3, fitted[0], 0.01);
  EXPECT_NEAR(-1, fitted[1], 0.01);
  EXPECT_GT(regression.evaluate(line).accuracy, 0.999);  // R2

  Dataset sides = line;
  for (double& label : sides.labels) label = label > 1 ? 1 : 0;
  options.loss = Loss::BinaryCrossEntropy;
  Trainer classes(sides, options, random);
  (void)trained(classes);
  EXPECT_GE(classes.evaluate(sides).accuracy, 90.0);
}

TEST(Trainer, RefusesABatchLargerThanTheData) {
  TrainOptions options = batches_of_seven(1);
  options.batch = 101;
  EXPECT_THROW(demo(options), ArgumentError);
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
