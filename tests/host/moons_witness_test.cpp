// SPDX-License-Identifier: MIT
//
// The whole moons run against an outside witness: an independent Python scalar engine with ordered
// operands. Every loss, accuracy, first gradient and parameter, bit for bit.
#include <gtest/gtest.h>

#include "executors.h"
#include "levelgrad/host/trainer.h"
#include "support/every_executor.h"
#include "support/moons_witness.h"

namespace levelgrad::host {
namespace {

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

INSTANTIATE_TEST_SUITE_P(Executor, MoonsByEveryExecutor,
                         ::testing::ValuesIn(app::usable_executor_names()),
                         testing::executor_of_test);

TEST_P(MoonsByEveryExecutor, WholeRunEqualsTheWitness) {
  const testing::MoonsWitness witness = testing::read_moons_witness();
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
