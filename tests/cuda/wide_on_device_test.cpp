// SPDX-License-Identifier: MIT
//
// More rows in a level than threads that share them, on a device: each takes several, and reads
// what threads of other warps have made. Small Programs fit into one warp, which needs no barrier.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cuda/strategies.h"
#include "levelgrad/cuda/level_executor.h"
#include "levelgrad/schedule.h"
#include "support/conformance_cases.h"
#include "support/program_builder.h"

namespace levelgrad::testing {
namespace {

using Id = ProgramBuilder::Id;

class WideOnDevice : public LevelOnDevice {
protected:
  template <class T>
  static void compare(const BatchCase<T>& test) {
    cuda::BasicLevelExecutor<T> tested({.strategy = GetParam()});
    compare_with_reference(tested, test);
  }

  /// Each node times the tanh of one in another warp.
  static std::vector<Id> mixed(ProgramBuilder& made, const std::vector<Id>& level) {
    std::vector<Id> above;
    for (std::size_t k = 0; k < level.size(); ++k) {
      const Id far = made.operation(Op::Tanh, level[(k + 48) % level.size()]);
      above.push_back(made.operation(Op::Mul, level[k], far));
    }
    return above;
  }

  /// 208 numbers of the prologue, whose sum the body reads; then what the mean, or the mean without
  /// its grad, makes of each. 208 and 48 are multiples of the groups of a body: that these are not
  /// those of a prologue shows.
  static Program wide(bool detached) {
    ProgramBuilder made;
    const Id x = made.input();
    std::vector<Id> level;
    Id total = made.parameter(0);
    const auto add_all = [&] {  // so that the rows of a level stand in this order
      for (const Id number : level) total = made.operation(Op::Add, total, number);
    };
    for (int k = 0; k < 208; ++k) level.push_back(made.operation(Op::Exp, made.parameter(0)));
    add_all();
    level = mixed(made, level);
    add_all();
    const Id scaled = made.operation(Op::Mul, made.constant(1e-3), total);
    const Id mean = made.operation(Op::Mean, made.operation(Op::Mul, x, scaled));
    const Id factor = detached ? made.operation(Op::Detach, mean) : mean;
    for (Id& number : level) number = made.operation(Op::Mul, number, factor);
    total = mean;
    add_all();
    level = mixed(made, level);
    add_all();
    made.output(total);
    return made.build();
  }

  /// mean(w0 * f(x) + w1 * f(x) + ...): more weights than a block has threads.
  static Program many_weights(Op f) {
    ProgramBuilder made;
    const Id x = made.operation(f, made.input());
    Id total = made.operation(Op::Mul, x, made.parameter(0));
    for (int k = 1; k < 600; ++k) {
      total = made.operation(Op::Add, total, made.operation(Op::Mul, x, made.parameter(0)));
    }
    made.output(made.operation(Op::Mean, total));
    return made.build();
  }
};

INSTANTIATE_TEST_SUITE_P(Level, WideOnDevice, every_strategy(), strategy_of_test);

// In one pass, the grads that the epilogue leaves at what the body does not read are computed anew.
TEST_P(WideOnDevice, PrologueAndEpilogue) {
  for (const bool detached : {true, false}) {
    const Program program = wide(detached);
    EXPECT_EQ(Schedule(program).one_pass(), detached);
    EXPECT_FALSE(Schedule(program).early_grads());
    compare(case_of<double>(detached ? "one pass" : "two passes", program, 140));
  }
}

TEST_P(WideOnDevice, ManyWeights) {
  compare(case_of<double>("lanes", many_weights(Op::Tanh), 140));
}

TEST_P(WideOnDevice, ManyWeightsInAForest) {
  BatchCase<double> test = case_of<double>("forest", many_weights(Op::Tanh), 10);
  test.programs.push_back(many_weights(Op::Sin));
  for (std::uint32_t i = 0; i < 10; ++i) test.which.push_back(i % 2);
  compare(test);
}

}  // namespace
}  // namespace levelgrad::testing
