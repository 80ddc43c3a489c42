// SPDX-License-Identifier: MIT
//
// What a recorded Program holds, and what it keeps of the user's code.
#include "levelgrad/record.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "levelgrad/error.h"
#include "levelgrad/program_text.h"
#include "support/sample_programs.h"

namespace levelgrad {
namespace {

/// The line after the caller's.
std::uint32_t next_line(std::source_location where = std::source_location::current()) {
  return where.line() + 1;
}

/// How many nodes of the Program have the op.
std::size_t count_of(const Program& program, Op op) {
  std::size_t count = 0;
  for (NodeIndex node = 0; node < program.node_count(); ++node) count += program.op(node) == op;
  return count;
}

/// The Program of one parameter and what f makes of it and an input.
template <class F>
Program small_program(const F& f) {
  const Graph::Scope scope;
  const std::vector<Value> w = {2.0};
  return record(w, [&](Recording& example) { f(example, w[0], example.input("x")); });
}

TEST(Record, TheMoonsNet) {
  const std::uint64_t nodes_before = Graph::current().node_count();
  const Program program = testing::moons_program();
  EXPECT_EQ(nodes_before, Graph::current().node_count());
  EXPECT_EQ(337U, program.parameter_count());
  EXPECT_EQ(3U, program.input_count());
  EXPECT_EQ(3U, program.constants().size());  // 1, 1e-4, and the 0 of l2
  EXPECT_EQ(0U, program.prologue().size());
  EXPECT_EQ(644U, program.body().size());
  EXPECT_EQ(677U, program.epilogue().size());
  EXPECT_EQ(337U + 3 + 3 + 644 + 677, program.node_count());
  ASSERT_EQ(2U, program.outputs().size());
  EXPECT_EQ("loss", program.outputs()[0].name);
  EXPECT_EQ("score", program.outputs()[1].name);
  EXPECT_EQ(program.outputs()[0].node, program.root());
  EXPECT_EQ(program.node_count() - 1, program.root());
  EXPECT_TRUE(program.varying(program.outputs()[1].node));
  EXPECT_EQ("layers.0.weight[0][0]", program.name(0));
  EXPECT_EQ("layers.2.bias[0]", program.name(336));
  EXPECT_EQ("x[1]", program.name(338));
  EXPECT_EQ("y", program.name(339));
  // First layer: *, two +, ReLU; second: *, 16 +, ReLU; third: *, 16 +; hinge: *, +, ReLU.
  EXPECT_EQ((1 + 2 + 1) + (1 + 16 + 1) + (1 + 16) + 3, program.level(program.body().end - 1));
}

TEST(Record, HasTheNodesOfThePlainGraph) {
  const Program program = testing::moons_program();
  const Graph::Scope scope;
  PythonRandom random(1337);
  const MLP mlp(2, {16, 16, 1}, random);
  const std::vector<Value> x = {0.25, -0.5};
  const Value y = 1.0;
  const Value root = mean(hinge(mlp(x).front(), y)) + 1e-4 * l2(mlp.parameters());
  std::size_t leaves = 0, operations = 0;
  for (const Value& node : canonical_order(root)) ++(node.op() == Op::Leaf ? leaves : operations);
  EXPECT_EQ(operations, program.body().size() + program.epilogue().size());
  EXPECT_EQ(leaves, program.parameter_count() + program.input_count() + program.constants().size());
}

TEST(Record, KeepsTheOrderOfTheGraph) {
  const Program program = small_program([](Recording& example, const Value& w, const Value& x) {
    const Value late = exp(x);  // made first, read last
    const Value early = w * x;
    example.output("loss", sum(early + late));
  });
  const NodeIndex body = program.body().begin;
  EXPECT_EQ(Op::Mul, program.op(body));
  EXPECT_EQ(Op::Exp, program.op(body + 1));
  EXPECT_EQ(Op::Add, program.op(body + 2));
  EXPECT_EQ(Op::Sum, program.op(body + 3));
}

TEST(Record, KeepsNamesNumbersAndSourceLines) {
  const Graph::Scope scope;
  const std::uint32_t leaf_line = next_line();
  const Value labelled = -0.375;
  labelled.set_label("slope");
  const Value plain = 3.5;
  std::uint32_t input_line = 0, mul_line = 0, sum_line = 0, constant_line = 0;
  const Program program = record(std::vector{labelled, plain}, [&](Recording& example) {
    input_line = next_line();
    const Value x = example.input("x");
    mul_line = next_line();
    const Value product = labelled * x;
    constant_line = next_line();
    const Value shifted = product + 8.0;
    sum_line = next_line();
    example.output("loss", sum(shifted * plain));
  });
  const auto where = [&](NodeIndex node) { return program.where(node); };
  EXPECT_EQ("slope", program.name(0));
  EXPECT_EQ("p1", program.name(1));
  EXPECT_EQ(-0.375, program.initial(0));
  EXPECT_EQ(3.5, program.initial(1));
  EXPECT_EQ((SourceLine{"record_test.cpp", leaf_line}), where(0));
  EXPECT_EQ((SourceLine{"record_test.cpp", input_line}), where(2));
  EXPECT_EQ((SourceLine{"record_test.cpp", constant_line}), where(3));
  EXPECT_EQ((SourceLine{"record_test.cpp", mul_line}), where(4));
  EXPECT_EQ((SourceLine{"record_test.cpp", constant_line}), where(5));
  EXPECT_EQ((SourceLine{"record_test.cpp", sum_line}), where(7));
  EXPECT_EQ(8.0, program.constant(3));
  EXPECT_EQ("%4 = Mul %0 %2 at record_test.cpp:" + std::to_string(mul_line), program.describe(4));
}

TEST(Record, LeavesDeadNodesOutAndKeepsWhatIsDeclared) {
  const Graph::Scope scope;
  const std::vector<Value> parameters = {1.0, 2.0};
  const Program program = record(parameters, [&](Recording& example) {
    const std::vector<Value> x = example.inputs("x", 3);
    (void)(exp(x[0] * parameters[0]) + 17.0);
    example.output("loss", sum(x[1] * parameters[1]));
  });
  EXPECT_EQ(2U, program.parameter_count());
  EXPECT_EQ(3U, program.input_count());
  EXPECT_EQ(0U, program.constants().size());
  EXPECT_EQ(1U, program.body().size());
  EXPECT_EQ(1U, program.epilogue().size());
}

TEST(Record, MergesConstantsByTheirBits) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Program program = small_program([&](Recording& example, const Value& w, const Value& x) {
    Value total = x * w;
    for (const double number : {0.0, -0.0, nan, 1.0, 0.0, -0.0, nan, -nan, 1.0}) {
      total = total + number;
    }
    example.output("loss", sum(total));
  });
  ASSERT_EQ(4U, program.constants().size());  // a NaN is like every other
  const NodeIndex first = program.constants().begin;
  EXPECT_EQ(0.0, program.constant(first));
  EXPECT_FALSE(std::signbit(program.constant(first)));
  EXPECT_TRUE(std::signbit(program.constant(first + 1)));
  EXPECT_TRUE(std::isnan(program.constant(first + 2)));
  EXPECT_EQ(1.0, program.constant(first + 3));
  const Program back = parse_program(to_text(program), "text");
  EXPECT_EQ(program.hash(), back.hash());
}

TEST(Record, MergesNoOperations) {
  const Program program = small_program([](Recording& example, const Value& w, const Value& x) {
    example.output("loss", sum(w * x + w * x));
  });
  EXPECT_EQ(2U, count_of(program, Op::Mul));
}

TEST(Record, OutputsOfAllKinds) {
  const Program program = small_program([](Recording& example, const Value& w, const Value& x) {
    const Value y = w * x;
    example.output("loss", mean(y));
    example.output("y", y);
    example.output("y again", y);
    example.output("w", w);
    example.output("x", x);
    example.output("two", Value(2.0));
    example.output("penalty", square(w));
  });
  ASSERT_EQ(7U, program.outputs().size());
  EXPECT_EQ(program.outputs()[1].node, program.outputs()[2].node);
  EXPECT_EQ(0U, program.outputs()[3].node);
  EXPECT_TRUE(program.inputs().holds(program.outputs()[4].node));
  EXPECT_TRUE(program.constants().holds(program.outputs()[5].node));
  EXPECT_TRUE(program.epilogue().holds(program.outputs()[6].node));
  EXPECT_EQ(4U, program.output_index("x"));
  EXPECT_THROW((void)program.output_index("z"), ArgumentError);
}

TEST(Record, AVaryingRootIsSummed) {
  std::uint32_t line = 0;
  const Program program = small_program([&](Recording& example, const Value& w, const Value& x) {
    const Value y = w * x;
    line = next_line();
    example.output("loss", y);
    example.output("each", y);
  });
  EXPECT_EQ(Op::Sum, program.op(program.root()));
  EXPECT_EQ(program.outputs()[1].node, program.operands(program.root())[0]);
  EXPECT_EQ((SourceLine{"record_test.cpp", line}), program.where(program.root()));
  const Program input = small_program(
      [](Recording& example, const Value&, const Value& x) { example.output("x", x); });
  EXPECT_EQ(Op::Sum, input.op(input.root()));
  EXPECT_EQ(0U, input.body().size());
}

TEST(Record, ARootMayBeALeaf) {
  const Program parameter = small_program(
      [](Recording& example, const Value& w, const Value&) { example.output("w", w); });
  EXPECT_EQ(0U, parameter.root());
  const Program constant = small_program(
      [](Recording& example, const Value&, const Value&) { example.output("c", Value(4.0)); });
  EXPECT_TRUE(constant.constants().holds(constant.root()));
}

TEST(Record, LeavesThatAreNotDeclaredAreConstants) {
  const Graph::Scope scope;
  const Value w = 2.0, outside = 11.0;
  outside.set_label("outside");
  const Program program = record(std::vector{w}, [&](Recording& example) {
    example.output("loss", sum(example.input("x") * w + outside));
  });
  ASSERT_EQ(1U, program.constants().size());
  EXPECT_EQ(11.0, program.constant(program.constants().begin));
}

TEST(Record, NodesMadeBeforeAreRecorded) {
  const Graph::Scope scope;
  const Value w = 2.0;
  const Value squared = square(w);
  const Program program = record(std::vector{w}, [&](Recording& example) {
    example.output("loss", sum(example.input("x") * squared) + squared);
  });
  EXPECT_EQ(1U, program.prologue().size());
  EXPECT_EQ(Op::Square, program.op(program.prologue().begin));
  EXPECT_EQ(4.0, squared.data());  // and can be read again
}

TEST(Record, ParameterMadeInsideIsAConstant) {
  const Program program = record(std::vector<Value>(), [](Recording& example) {
    const Value inside = 0.5;
    example.output("loss", sum(inside * example.input("x")));
  });
  EXPECT_EQ(0U, program.parameter_count());
  EXPECT_EQ(1U, program.constants().size());
}

TEST(Record, NumbersOfConstantsMayBeRead) {
  const Program program = small_program([](Recording& example, const Value& w, const Value& x) {
    const Value half = Value(1.0) / 2.0;
    Value y = w * x;
    if (half.data() < 1) y = y * half;
    half.backward();
    EXPECT_EQ(1.0, half.grad());
    example.output("loss", sum(y));
  });
  EXPECT_EQ(1U, count_of(program, Op::Div));
}

TEST(Record, InFloat) {
  const Program program = testing::moons_program<float>();
  EXPECT_EQ(644U, program.body().size());
  EXPECT_EQ(677U, program.epilogue().size());
  EXPECT_EQ(static_cast<double>(1e-4F), program.constant(program.constants().end - 2) +
                                            program.constant(program.constants().end - 1));
  const double initial = program.initial(0);
  EXPECT_EQ(initial, static_cast<double>(static_cast<float>(initial)));
  EXPECT_EQ(static_cast<float>(initial), static_cast<float>(testing::moons_program().initial(0)));
}

TEST(Record, ALongChain) {
  constexpr int length = 200000;
  const std::uint64_t nodes_before = Graph::current().node_count();
  const Program program = small_program([](Recording& example, const Value& w, const Value& x) {
    Value y = x;
    for (int k = 0; k < length; ++k) y = y * w;
    example.output("loss", sum(y));
  });
  EXPECT_EQ(nodes_before, Graph::current().node_count());
  EXPECT_EQ(std::size_t{length}, program.body().size());
  EXPECT_EQ(length, program.level(program.body().end - 1));
  const Program from_text = parse_program(to_text(program), "text");
  EXPECT_EQ(program.hash(), from_text.hash());
  const Program from_bytes = from_binary(to_binary(program), "bytes");
  EXPECT_EQ(program.hash(), from_bytes.hash());
}

}  // namespace
}  // namespace levelgrad
