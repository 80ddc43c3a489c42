// SPDX-License-Identifier: MIT
//
// The rules that a Program checks, its hash, and what it derives from its parts.
#include "levelgrad/program.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "levelgrad/error.h"
#include "levelgrad/program_text.h"
#include "support/golden.h"
#include "support/sample_programs.h"

namespace levelgrad {
namespace {

/// mean((w * x) ** 2) with each square as the second output, and what it is made of:
/// %0 w, %1 x, %2 constant 2, %3 Mul, %4 PowConst, %5 Mean.
ProgramParts small_parts() {
  ProgramParts parts;
  parts.parameters = {{"w", 0.5, {"net.cpp", 3}}};
  parts.inputs = {{"x", {"net.cpp", 4}}};
  parts.constants = {{2.0, {"net.cpp", 5}}};
  parts.operations = {{Op::Mul, {0, 1}, {"net.cpp", 5}},
                      {Op::PowConst, {3, 2}, {"net.cpp", 6}},
                      {Op::Mean, {4}, {"net.cpp", 7}}};
  parts.outputs = {{"loss", 5}, {"each", 4}};
  return parts;
}

/// Changes the small parts, which must then be refused with all of these texts in the message.
void expect_refused(const std::function<void(ProgramParts&)>& change,
                    const std::vector<std::string>& texts) {
  ProgramParts parts = small_parts();
  change(parts);
  try {
    (void)Program(std::move(parts));
    ADD_FAILURE() << "not refused: " << texts.at(0);
  } catch (const ProgramError& error) {
    for (const std::string& text : texts) {
      EXPECT_NE(std::string::npos, error.message().find(text)) << text << "\n" << error.what();
    }
  }
}

TEST(Program, SmallPartsAreAProgram) {
  const Program program(small_parts());
  EXPECT_EQ(6U, program.node_count());
  EXPECT_EQ(2U, program.body().size());
  EXPECT_EQ(1U, program.epilogue().size());
  EXPECT_EQ(0U, program.prologue().size());
  EXPECT_EQ(5U, program.root());
  EXPECT_TRUE(program.joins(5));
  EXPECT_FALSE(program.joins(4));
  EXPECT_EQ((std::vector<NodeIndex>{3, 2}),
            std::vector<NodeIndex>(program.operands(4).begin(), program.operands(4).end()));
  EXPECT_EQ("%0 = parameter \"w\" at net.cpp:3", program.describe(0));
  EXPECT_EQ("%1 = input \"x\" at net.cpp:4", program.describe(1));
  EXPECT_EQ("%2 = constant 2.0 at net.cpp:5", program.describe(2));
  EXPECT_EQ("%4 = PowConst %3 %2 at net.cpp:6", program.describe(4));
  EXPECT_EQ("", program.name(4));
}

TEST(Program, RefusesOperandsThatDoNotStandBefore) {
  const std::string rule = "an operand must stand before its consumer";
  expect_refused([](auto& p) { p.operations[0].operand[1] = 3; }, {rule, "%3 = Mul %0 %3"});
  expect_refused([](auto& p) { p.operations[1].operand[0] = 5; }, {rule, "%4 = PowConst %5 %2"});
  expect_refused([](auto& p) { p.operations[0].operand[0] = 4000000000; },
                 {rule, "Mul %4000000000 %1 at net.cpp:5"});
}

TEST(Program, RefusesExponentsAndSlopesThatAreNoConstants) {
  const std::string rule = "must be a constant";
  for (const NodeIndex exponent : {0U, 1U, 3U}) {
    for (const Op op : {Op::PowConst, Op::LeakyRelu, Op::Elu}) {
      expect_refused(
          [&](auto& p) {
            p.operations[1].op = op;
            p.operations[1].operand[1] = exponent;
          },
          {rule, "%4 = " + std::string(info(op).name) + " %3 %" + std::to_string(exponent)});
    }
  }
}

TEST(Program, RefusesAnOperationWithoutAnOp) {
  expect_refused([](auto& p) { p.operations[0].op = Op::Leaf; }, {"without an op", "%3"});
}

TEST(Program, RefusesAJoinOfWhatIsUniform) {
  const std::string rule = "the same for every example";
  expect_refused([](auto& p) { p.operations[2].operand[0] = 0; }, {rule, "%5 = Mean %0"});
  expect_refused([](auto& p) { p.operations[2].operand[0] = 2; }, {rule, "%5 = Mean %2"});
  expect_refused(
      [](auto& p) {
        p.operations.push_back({Op::Sum, {5}, {}});
      },
      {rule, "%6 = Sum %5"});
}

TEST(Program, RefusesAVaryingNodeThatReadsAJoin) {
  const std::string rule = "differs from example to example reads a sum or mean";
  expect_refused(
      [](auto& p) {
        p.operations.push_back({Op::Add, {5, 1}, {}});
      },
      {rule, "%6 = Add %5 %1"});
  // Also over other uniform nodes.
  expect_refused(
      [](auto& p) {
        p.operations.push_back({Op::Exp, {5}, {}});
        p.operations.push_back({Op::Add, {1, 6}, {}});
      },
      {rule, "%7 = Add %1 %6"});
  expect_refused(
      [](auto& p) {
        p.operations.push_back({Op::Mul, {5, 1}, {}});
        p.operations.push_back({Op::Sum, {6}, {}});
      },
      {rule, "%6 = Mul %5 %1"});
}

TEST(Program, RefusesNodesThatBelongToNoOutput) {
  const std::string rule = "a node that no output depends on";
  expect_refused(
      [](auto& p) {
        p.operations.push_back({Op::Exp, {5}, {"dead.cpp", 1}});
      },
      {rule, "%6 = Exp %5 at dead.cpp:1"});
  expect_refused(
      [](auto& p) {
        p.constants.push_back({3.5, {}});
        p.operations = {{Op::Mul, {0, 1}, {}}, {Op::PowConst, {4, 2}, {}}, {Op::Mean, {5}, {}}};
        p.outputs = {{"loss", 6}};
      },
      {rule, "%3 = constant 3.5"});
}

TEST(Program, RefusesAnOrderThatIsNotCanonical) {
  expect_refused(
      [](auto& p) {
        p.constants.clear();
        p.operations = {{Op::Exp, {1}, {}},
                        {Op::Neg, {1}, {}},  // the root reads Neg first
                        {Op::Add, {3, 2}, {}},
                        {Op::Sum, {4}, {}}};
        p.outputs = {{"loss", 5}};
      },
      {"not in canonical order: before %3 = Neg %1 there must not be %2 = Exp %1"});
  expect_refused(
      [](auto& p) {
        p.constants.clear();
        p.operations = {{Op::Exp, {0}, {}}, {Op::Neg, {0}, {}}, {Op::Add, {3, 2}, {}}};
        p.outputs = {{"loss", 4}};
      },
      {"before %3 = Neg %0 there must not be %2 = Exp %0"});
}

TEST(Program, TheOrderOfOutputsDecidesTheCanonicalOrder) {
  ProgramParts parts = small_parts();
  parts.constants.clear();
  parts.operations = {{Op::Exp, {0}, {}}, {Op::Neg, {0}, {}}};
  parts.outputs = {{"first", 2}, {"second", 3}};
  EXPECT_NO_THROW((void)Program(parts));
  std::swap(parts.outputs[0], parts.outputs[1]);
  EXPECT_THROW((void)Program(parts), ProgramError);
}

TEST(Program, RefusesOutputs) {
  expect_refused([](auto& p) { p.outputs.clear(); }, {"without an output"});
  expect_refused([](auto& p) { p.outputs[1].name = ""; }, {"output without a name", "%4"});
  expect_refused([](auto& p) { p.outputs[1].name = "loss"; },
                 {"two outputs have this name", "output \"loss\" %4"});
  expect_refused([](auto& p) { p.outputs[1].node = 6; }, {"not there", "output \"each\" %6"});
  expect_refused([](auto& p) { p.outputs[1].node = 4294967295; }, {"not there", "each"});
  const std::string varying = "first output must not differ from example to example";
  expect_refused([](auto& p) { std::swap(p.outputs[0], p.outputs[1]); }, {varying, "each"});
  expect_refused([](auto& p) { p.outputs[0].node = 1; }, {varying, "loss"});
}

TEST(Program, IsMadeAgainFromItsParts) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const Program program = testing::random_program(seed);
    const Program again(program.parts());
    ASSERT_EQ(program.hash(), again.hash());
    ASSERT_EQ(to_binary(program), to_binary(again));
    ASSERT_EQ(program.body().begin, again.body().begin);
    ASSERT_EQ(program.epilogue().begin, again.epilogue().begin);
  }
}

TEST(Program, PartsMayBeMixedAndAreSorted) {
  // Epilogue, prologue and body as the walk meets them: exp(w) + sum(x * square(w)).
  ProgramParts parts = small_parts();
  parts.constants.clear();
  parts.operations = {{Op::Exp, {0}, {}},
                      {Op::Square, {0}, {}},
                      {Op::Mul, {1, 3}, {}},
                      {Op::Sum, {4}, {}},
                      {Op::Add, {2, 5}, {}}};
  parts.outputs = {{"loss", 6}};
  const Program program(parts);
  const std::vector<Op> expected = {Op::Square, Op::Mul, Op::Exp, Op::Sum, Op::Add};
  for (NodeIndex k = 0; k < 5; ++k) EXPECT_EQ(expected[k], program.op(2 + k)) << k;
  EXPECT_EQ(1U, program.prologue().size());
  EXPECT_EQ(1U, program.body().size());
  EXPECT_EQ("%6 = Add %4 %5", program.describe(6));
  EXPECT_EQ("%3 = Mul %1 %2", program.describe(3));
}

TEST(ProgramHash, CountsWhatDecidesBitsAndNames) {
  const std::string hash = Program(small_parts()).hash();
  EXPECT_EQ(32U, hash.size());
  EXPECT_EQ(std::string::npos, hash.find_first_not_of("0123456789abcdef"));
  std::vector<std::string> hashes = {hash};
  const auto add = [&](const std::function<void(ProgramParts&)>& change) {
    ProgramParts parts = small_parts();
    change(parts);
    hashes.push_back(Program(parts).hash());
  };
  add([](auto& p) { p.operations[2].op = Op::Sum; });
  add([](auto& p) { p.operations[0].op = Op::Add; });
  add([](auto& p) { p.operations[0].operand = {1, 0}; });
  add([](auto& p) { p.operations[0].operand = {1, 1}; });
  for (const double constant : {0.0, -0.0, std::nextafter(2.0, 3.0), std::nan("")}) {
    add([&](auto& p) { p.constants[0].number = constant; });
  }
  add([](auto& p) { p.parameters[0].name = "v"; });
  add([](auto& p) { p.inputs[0].name = "v"; });
  add([](auto& p) { p.outputs[0].name = "v"; });
  add([](auto& p) { p.outputs[1].name = "v"; });
  add([](auto& p) { p.outputs[1].node = 3; });
  add([](auto& p) { p.outputs.pop_back(); });
  add([](auto& p) { p.outputs.push_back({"more", 4}); });
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) EXPECT_NE(hashes[i], hashes[j]) << i << " " << j;
  }
}

TEST(ProgramHash, LeavesOutWhatDecidesNoBits) {
  const std::string hash = Program(small_parts()).hash();
  ProgramParts parts = small_parts();
  parts.parameters[0].initial = 7;
  parts.parameters[0].where = parts.operations[0].where = {"other.cpp", 99};
  parts.inputs[0].where = parts.constants[0].where = {};
  parts.operations[0].operand[2] = 1;  // Mul does not have it
  EXPECT_EQ(hash, Program(parts).hash());
}

TEST(ProgramHash, NansAreOneNumber) {
  ProgramParts parts = small_parts();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  parts.constants[0].number = nan;
  const std::string hash = Program(parts).hash();
  parts.constants[0].number = -nan;
  EXPECT_EQ(hash, Program(parts).hash());
  parts.constants[0].number = std::nan("12345");
  EXPECT_EQ(hash, Program(parts).hash());
}

TEST(ProgramHash, DoesNotChange) {
  testing::expect_golden("tests/golden/program.txt",
                         "; the hash of the moons net: " + testing::moons_program().hash() + "\n" +
                             to_text(Program(small_parts())));
}

TEST(Program, Levels) {
  const Program program = [] {
    const Graph::Scope scope;
    const Value w = 2.0;
    return record(std::vector{w}, [&](Recording& example) {
      const Value x = example.input("x");
      const Value deep = exp(square(w));     // prologue: 1, 2
      const Value y = tanh(deep * x + 1.0);  // body: 1, 2, 3
      const Value joined = mean(y) + deep;   // epilogue: 0, 1
      example.output("loss", joined * joined + square(square(w)));
    });
  }();
  const auto levels = [&](NodeRange range) {
    std::vector<int> result;
    for (NodeIndex node = range.begin; node < range.end; ++node) {
      result.push_back(program.level(node));
    }
    return result;
  };
  EXPECT_EQ((std::vector<int>{0}), levels(program.parameters()));
  EXPECT_EQ((std::vector<int>{0}), levels(program.inputs()));
  EXPECT_EQ((std::vector<int>{0}), levels(program.constants()));
  EXPECT_EQ((std::vector<int>{1, 2}), levels(program.prologue()));
  EXPECT_EQ((std::vector<int>{1, 2, 3}), levels(program.body()));
  // Mean, +, *, square, square, +.
  EXPECT_EQ((std::vector<int>{0, 1, 2, 1, 2, 3}), levels(program.epilogue()));
}

TEST(Program, UnderRootIsWhatBackwardPasses) {
  const Program program = [] {
    const Graph::Scope scope;
    const std::vector<Value> w = {2.0, 3.0, 4.0};
    return record(w, [&](Recording& example) {
      const std::vector<Value> x = example.inputs("x", 2);
      const Value y = x[0] * w[0];
      example.output("loss", sum(y * detach(exp(w[1]))));
      example.output("each", y);
      example.output("other", cos(x[1] * w[2]));
      example.output("penalty", square(w[2]));
    });
  }();
  std::vector<Op> passed, left_out;
  for (NodeIndex node = program.prologue().begin; node < program.node_count(); ++node) {
    (program.under_root(node) ? passed : left_out).push_back(program.op(node));
  }
  EXPECT_EQ((std::vector<Op>{Op::Exp, Op::Detach, Op::Mul, Op::Mul, Op::Sum}), passed);
  EXPECT_EQ((std::vector<Op>{Op::Mul, Op::Cos, Op::Square}), left_out);
  EXPECT_TRUE(program.under_root(0) && program.under_root(1));
  EXPECT_FALSE(program.under_root(2));
  EXPECT_TRUE(program.under_root(program.inputs().begin));
  EXPECT_FALSE(program.under_root(program.inputs().begin + 1));
}

}  // namespace
}  // namespace levelgrad
