// SPDX-License-Identifier: MIT
//
// The text of a body, as a whole.
#include "levelgrad/lane_text.h"

#include <gtest/gtest.h>

#include "support/golden.h"
#include "support/program_builder.h"

namespace levelgrad {
namespace {

using testing::ProgramBuilder;

/// tanh(x * w + b) in two pieces, with a power, a join and an output.
Program neuron() {
  ProgramBuilder made;
  const auto x = made.input(), w = made.parameter(0.5), b = made.parameter(-1);
  const auto sum = made.operation(Op::Add, made.operation(Op::Mul, x, w), b);
  const auto y = made.operation(Op::Tanh, sum);
  made.output(made.operation(Op::Mean, made.operation(Op::Pow, y, made.constant(3))));
  made.output(y);
  return made.build();
}

TEST(LaneText, IsTheGoldenOne) {
  const Program program = neuron();
  const Schedule schedule(program);
  testing::expect_golden("tests/golden/lane-text.txt",
                         lane_text(LaneCode(schedule, {.input_grads = true, .piece_size = 6})));
}

TEST(LaneText, RunsForwardAlone) {
  const Program program = neuron();
  const Schedule schedule(program);
  const std::string text = lane_text(LaneCode(schedule, {.backward = false}));
  EXPECT_EQ(std::string::npos, text.find("da<")) << text;
  EXPECT_NE(std::string::npos, text.find("lane.join(0, ")) << text;
  EXPECT_NE(std::string::npos, text.find("lane.output(1, ")) << text;
}

}  // namespace
}  // namespace levelgrad
