// SPDX-License-Identifier: MIT
//
// The yin-yang demo against the lines that EurekaLabsAI/micrograd's micrograd.py prints: the same
// run with a stable cross-entropy and PyTorch's order in AdamW, so digits differ, but only the
// last.
#include "levelgrad/host/yin_yang.h"

#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

#include "executors.h"
#include "levelgrad/error.h"
#include "levelgrad/host/trainer.h"
#include "support/every_executor.h"
#include "support/golden.h"

namespace levelgrad::host {
namespace {

TEST(YinYang, PointsAreTheOriginals) {
  XorShift64Star random(42);
  const Splits data = yin_yang(random, 100);
  EXPECT_EQ(40890607258806830U, random.state());
  ASSERT_EQ(80U, data.train.example_count());
  EXPECT_EQ(10U, data.validation.example_count());
  EXPECT_EQ(10U, data.test.example_count());
  EXPECT_EQ(-0.6436591148376465, data.train.inputs[0]);
  EXPECT_EQ(1.1290233135223389, data.train.inputs[1]);
  EXPECT_EQ(1.502126693725586, data.train.inputs[2]);
  EXPECT_EQ(-1.2461860179901123, data.train.inputs[3]);
  for (std::size_t i = 0; i < 80; ++i) EXPECT_EQ(i % 3, data.train.labels[i]);
  EXPECT_EQ(80 % 3, data.validation.labels[0]);
  EXPECT_EQ(90 % 3, data.test.labels[0]);
}

class YinYangByEveryExecutor : public ::testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(Executor, YinYangByEveryExecutor,
                         ::testing::ValuesIn(app::usable_executor_names()), testing::executor_of_test);

TEST_P(YinYangByEveryExecutor, EveryLossIsTheOriginals) {
  XorShift64Star random(42);
  const Splits data = yin_yang(random, 100);
  Trainer trainer(data.train, yin_yang_options(), random,
                  app::make_executor<double>(GetParam(), {}));
  EXPECT_EQ(51U, trainer.program().parameter_count());
  std::istringstream lines(testing::read_file(LEVELGRAD_TESTS "/data/eureka-yinyang-output.txt"));
  int line_count = 0;
  double accuracy = 0;
  for (std::string line; std::getline(lines, line); ++line_count) {
    const double expected = std::stod(line.substr(line.rfind(' ')));
    if (line.find("val loss") != std::string::npos) {
      EXPECT_NEAR(expected, trainer.evaluate(data.validation).loss, 0.5000001e-6) << line;
    } else {
      const StepReport report = trainer.step();
      EXPECT_NEAR(expected, report.loss, 1e-12 * expected) << line;
      accuracy = report.accuracy;
    }
  }
  EXPECT_EQ(110, line_count);
  EXPECT_TRUE(trainer.done());
  EXPECT_EQ(100.0, accuracy);
}

TEST(YinYang, RefusesLabelsThatAreNoClasses) {
  XorShift64Star random(42);
  for (const double label : {-1.0, 0.5, 2.0, std::nan("")}) {
    const Dataset data = {1, {1.0, 2.0}, {0.0, label}};
    EXPECT_THROW(Trainer(data, yin_yang_options(), random), ArgumentError) << label;
  }
  const Dataset data = {1, {1.0, 2.0}, {0.0, 1.0}};
  TrainOptions options = yin_yang_options();
  options.weight_decay = -1;
  EXPECT_THROW(Trainer(data, options, random), ArgumentError);
}

TEST(YinYang, AStepThatDivergesChangesNothing) {
  XorShift64Star random(42);
  const Splits data = yin_yang(random, 100);
  TrainOptions options = yin_yang_options();
  options.lr = 1e308;
  options.weight_decay = 1e308;
  Trainer trainer(data.train, options, random);
  const std::vector<double> before = trainer.parameters();
  EXPECT_THROW((void)trainer.step(), DivergedError);
  EXPECT_EQ(before, trainer.parameters());
}

TEST(YinYang, RefusesClassesThatTheNetworkDoesNotHave) {
  XorShift64Star random(42);
  const Dataset two = {1, {1.0, 2.0}, {0.0, 1.0}};
  const Dataset three = {1, {1.0, 2.0, 3.0}, {0.0, 1.0, 2.0}};
  Trainer trainer(two, yin_yang_options(), random);
  EXPECT_NO_THROW((void)trainer.evaluate(two));
  EXPECT_THROW((void)trainer.evaluate(three), ArgumentError);
}

}  // namespace
}  // namespace levelgrad::host
