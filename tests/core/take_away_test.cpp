// SPDX-License-Identifier: MIT
//
// The text of files to take away. That they compile and have the right bits is tested where there
// are compilers: tests/host, tests/cuda.
#include "levelgrad/take_away.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "levelgrad/losses.h"
#include "levelgrad/nn.h"
#include "levelgrad/record.h"
#include "support/golden.h"
#include "support/stripped_program.h"

namespace levelgrad {
namespace {

using levelgrad::testing::expect_golden;

Program tiny() {
  return parse_program(levelgrad::testing::read_file(LEVELGRAD_ROOT "/tests/golden/program.txt"),
                       "tiny");
}

/// The moons demo's network with a hidden layer of four.
Program moons() {
  const Graph::Scope scope;
  PythonRandom random(1337);
  const MLP mlp(2, {4, 1}, random);
  return levelgrad::testing::without_source_lines(record(mlp.parameters(), [&](Recording& example) {
    const Value score = mlp(example.inputs("x", 2)).front();
    const Value margin = hinge(score, example.input("y"));
    example.output("loss", mean(margin) + 1e-4 * l2(mlp.parameters()));
    example.output("score", score);
  }));
}

TEST(TakeAway, IsWhatItWas) {
  const Program small = tiny(), net = moons();
  const Schedule of_small(small), of_net(net);
  expect_golden("tests/golden/tiny.cpp.txt", take_away_cpp(of_small, {.name = "tiny"}).generated());
  expect_golden("tests/golden/tiny.cu.txt",
                take_away_cuda(of_small, {.name = "tiny", .f64 = false}).generated());
  expect_golden("tests/golden/moons.cpp.txt", take_away_cpp(of_net, {.name = "moons"}).generated());
}

TEST(TakeAway, NamesFunctionsAsCDoes) {
  EXPECT_EQ("moons", c_name("moons"));
  EXPECT_EQ("my_net", c_name("my net.txt"));
  EXPECT_EQ("model_a_b", c_name("__a  b..lgp"));
  EXPECT_EQ("model_2nd", c_name("2nd.txt"));
  EXPECT_EQ("model", c_name("\xc3\xbc"));
  EXPECT_EQ("model", c_name(""));
  EXPECT_EQ("x_if_1", c_name("x\"); if (1) {//"));
}

TEST(TakeAway, KeepsWhatUsersWroteInsideOfComments) {
  const std::string bad = "end\n#error \\\n?\?/\r\n\x01 \xe2\x80\xae */ \\";
  ProgramParts parts = tiny().parts();
  parts.parameters[0].name = parts.inputs[0].name = bad;
  parts.outputs[0].name = bad;
  for (auto& operation : parts.operations) operation.where = {bad, 7};
  const Program program(parts);
  const Schedule schedule(program);
  const TakeAwayOptions options = {.name = bad + ".txt"};
  for (const TakeAway& file :
       {take_away_cpp(schedule, options), take_away_cuda(schedule, options)}) {
    const std::string text = file.generated();
    EXPECT_EQ(std::string::npos, text.find("\n#error \\"));
    EXPECT_EQ(std::string::npos, text.find("?\?/"));
    EXPECT_EQ(std::string::npos, text.find('\\'));
    EXPECT_TRUE(
        std::ranges::all_of(text, [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); }));
  }
}

}  // namespace
}  // namespace levelgrad
