// SPDX-License-Identifier: MIT
//
// Programs as text and bytes: round trips, and what readers refuse.
#include "levelgrad/program_text.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "levelgrad/error.h"
#include "support/sample_programs.h"

namespace levelgrad {
namespace {

bool same_number(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

void expect_same(const Program& a, const Program& b) {
  EXPECT_EQ(a.hash(), b.hash());
  EXPECT_EQ(to_text(a), to_text(b));  // all but what text does not show
  ASSERT_EQ(a.node_count(), b.node_count());
  for (NodeIndex node = 0; node < a.node_count(); ++node) {
    EXPECT_EQ(a.name(node), b.name(node));
    EXPECT_EQ(a.where(node), b.where(node)) << a.describe(node);
    EXPECT_EQ(a.level(node), b.level(node));
    EXPECT_EQ(a.under_root(node), b.under_root(node));
    if (a.constants().holds(node)) {
      EXPECT_TRUE(same_number(a.constant(node), b.constant(node))) << a.describe(node);
    }
    if (a.parameters().holds(node)) {
      EXPECT_TRUE(same_number(a.initial(node), b.initial(node))) << a.describe(node);
    }
  }
}

void expect_round_trips(const Program& program) {
  expect_same(program, parse_program(to_text(program), "text"));
  expect_same(program, from_binary(to_binary(program), "bytes"));
  expect_same(program, read_program(to_text(program), "text"));
  expect_same(program, read_program(to_binary(program), "bytes"));
}

TEST(ProgramText, RandomProgramsComeBack) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    expect_round_trips(testing::random_program(seed));
    if (HasFailure()) FAIL() << "seed " << seed;
  }
  expect_round_trips(testing::random_program<float>(1));
  expect_round_trips(testing::moons_program());
}

/// sum(x * w + constants), with the given names and numbers.
ProgramParts parts_with(const std::string& name, const std::vector<double>& constants) {
  ProgramParts parts;
  parts.parameters = {{name, 1.5, {}}};
  parts.inputs = {{name, {}}};
  parts.operations = {{Op::Mul, {0, 1}, {}}};
  const auto first = static_cast<NodeIndex>(2 + constants.size());
  for (std::size_t k = 0; k < constants.size(); ++k) {
    parts.constants.push_back({constants[k], {}});
    const auto before = static_cast<NodeIndex>(first + k);
    parts.operations.push_back({Op::Add, {before, static_cast<NodeIndex>(2 + k)}, {}});
  }
  const auto last = static_cast<NodeIndex>(first + parts.operations.size() - 1);
  parts.operations.push_back({Op::Sum, {last}, {}});
  parts.outputs = {{"root", last + 1}, {name, last}};
  return parts;
}

TEST(ProgramText, NamesMayHoldAnything) {
  for (const std::string name :
       {"plain", "two words", "say \"hi\"", "back\\slash", "\\", "\"", "line\nbreak", "a\\nb", "\n",
        "; no comment", " = ", "%1", "\t", "\r\n", "\r", "Ångström × λ", "\x01\x7f", "trailing "}) {
    expect_round_trips(Program(parts_with(name, {})));
  }
  expect_round_trips(Program(parts_with(std::string("nul\0byte", 8), {})));
  ProgramParts parts = parts_with("x", {});
  parts.parameters[0].name = parts.inputs[0].name = "";
  expect_round_trips(Program(parts));
}

TEST(ProgramText, ConstantsKeepTheirBits) {
  using Limits = std::numeric_limits<double>;
  std::vector<double> numbers = {0.0,
                                 -0.0,
                                 1.0,
                                 0.1,
                                 Limits::denorm_min(),
                                 -Limits::denorm_min(),
                                 Limits::min(),
                                 std::nextafter(Limits::min(), 0.0),
                                 Limits::max(),
                                 Limits::lowest(),
                                 Limits::infinity(),
                                 -Limits::infinity(),
                                 Limits::quiet_NaN(),
                                 -Limits::quiet_NaN(),
                                 1e16,
                                 1e-5,
                                 1e22};
  std::mt19937_64 random(5);
  for (int k = 0; k < 200; ++k) numbers.push_back(std::bit_cast<double>(random()));
  expect_round_trips(Program(parts_with("w", numbers)));
  for (const double number : numbers) {  // as initial numbers, too
    ProgramParts parts = parts_with("w", {});
    parts.parameters[0].initial = number;
    expect_round_trips(Program(parts));
  }
}

TEST(ProgramText, SourceLinesComeBack) {
  ProgramParts parts = parts_with("w", {2});
  parts.parameters[0].where = {"a file.cpp", 4294967295};
  parts.inputs[0].where = {"c:d.cpp", 1};
  parts.constants[0].where = {"; x.cpp", 12};
  parts.operations[0].where = {"λ.cpp", 7};
  expect_round_trips(Program(parts));
}

const std::string good =
    "levelgrad program 1\n"
    "%0 = parameter \"w\" 0.5 ; net.cpp:3\n"
    "%1 = input \"x\"\n"
    "%2 = constant 2.0\n"
    "%3 = Mul %0 %1\n"
    "%4 = PowConst %3 %2\n"
    "%5 = Mean %4\n"
    "output \"loss\" %5\n";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(std::string::npos, at) << from;
  return text.replace(at, from.size(), to);
}

TEST(ProgramText, BlanksAndCommentsMayBeAnywhere) {
  const std::string hash = parse_program(good, "good").hash();
  std::string windows, blanks, comments;
  for (const char c : good) {
    windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
    blanks += c == '\n' ? std::string(" \t \n\n  \t\n ") : std::string(1, c);
    comments += c == '\n' ? std::string("\n; a comment: 1\n;\n") : std::string(1, c);
  }
  for (const std::string& text :
       {windows, blanks, comments, good.substr(0, good.size() - 1), "\n\n; first\n" + good,
        replaced(good, "Mul %0 %1", "Mul   %0\t%1  ; mine"),
        replaced(good, "constant 2.0", "constant 2e0"),
        replaced(good, "%3 = Mul", "; body\n%3 = Mul"),
        replaced(good, "\n", "\nhash " + hash + "\n"), good + "hash " + hash,
        replaced(good, "output \"loss\" %5\n", "") + "output\t\"loss\"  %5"}) {
    EXPECT_EQ(hash, parse_program(text, "changed").hash()) << text;
  }
  EXPECT_EQ((SourceLine{"net.cpp", 3}), parse_program(windows, "windows").where(0));
}

/// The text must be refused with the message.
void expect_refused(const std::string& text, const std::string& message) {
  try {
    (void)parse_program(text, "f");
    ADD_FAILURE() << "not refused, but for " << message << ":\n" << text;
  } catch (const DataError& error) {
    EXPECT_EQ(message, error.message());
  }
}

TEST(ProgramText, MalformedLinesAreNamed) {
  const auto refused = [](const std::string& from, const std::string& to, int line,
                          const std::string& what) {
    expect_refused(replaced(good, from, to), "f, line " + std::to_string(line) + ": " + what);
  };
  refused("levelgrad program 1", "levelgrad net 1", 1,
          "a Program begins with 'levelgrad program 1'");
  refused("levelgrad program 1\n", "", 1, "a Program begins with 'levelgrad program 1'");
  refused("program 1", "program 2", 1, "a Program of version 2, not 1");
  refused("program 1", "program", 1, "something is missing at the end");
  refused("program 1", "program 1 2", 1, "'2' is too much");
  refused("%1 =", "%2 =", 3, "the next node is %1");
  refused("%1 =", "%01 =", 3, "the next node is %1");
  refused("%1 =", "%1", 3, "'=' is missing");
  refused("%1 = input \"x\"", "%1", 3, "something is missing at the end");
  refused("%1 = input \"x\"", "%1 =", 3, "something is missing at the end");
  refused("%1 = input \"x\"", "x", 3, "'x' begins no line of a Program");
  refused("input \"x\"", "input", 3, "a name in quotes is missing");
  refused("input \"x\"", "input x", 3, "a name in quotes is missing");
  refused("input \"x\"", "input \"x", 3, "a quote is not closed");
  refused("input \"x\"", "input \"x\\\"", 3, "a quote is not closed");
  refused("input \"x\"", "input \"x\" 3", 3, "'3' is too much");
  refused("0.5 ;", ";", 2, "something is missing at the end");
  refused("0.5 ;", "half ;", 2, "'half' is not a number");
  refused("0.5 ;", "0.5x ;", 2, "'0.5x' is not a number");
  refused("0.5 ;", "0,5 ;", 2, "'0,5' is not a number");
  refused("0.5 ;", "+0.5 ;", 2, "'+0.5' is not a number");
  refused("0.5 ;", "1e999 ;", 2, "'1e999' is not a number");
  refused("0.5 ;", "1 2 ;", 2, "'2 ; net.cpp:3' is too much");
  refused("constant 2.0", "constant", 4, "something is missing at the end");
  refused("constant 2.0", "constant two", 4, "'two' is not a number");
  refused("constant 2.0", "input \"y\" 2", 4, "'2' is too much");
  refused("Mul %0 %1", "Mull %0 %1", 5, "no op is named 'Mull'");
  refused("Mul %0 %1", "Leaf", 5, "no op is named 'Leaf'");
  refused("Mul %0 %1", "mul %0 %1", 5, "no op is named 'mul'");
  refused("Mul %0 %1", "Mul %0", 5, "something is missing at the end");
  refused("Mul %0 %1", "Mul %0 %1 %2", 5, "'%2' is too much");
  refused("Mul %0 %1", "Mul %0 1", 5, "'1' is not a node such as %12");
  refused("Mul %0 %1", "Mul %0 %", 5, "'%' is not a node such as %12");
  refused("Mul %0 %1", "Mul %0 %-1", 5, "'%-1' is not a node such as %12");
  refused("Mul %0 %1", "Mul %0 %4294967296", 5, "'%4294967296' is not a node such as %12");
  refused("%3 = Mul %0 %1", "%3 = input \"y\"", 5,
          "parameters, inputs, constants and operations come in this order");
  refused("%4 = PowConst %3 %2", "%4 = parameter \"v\" 1", 6,
          "parameters, inputs, constants and operations come in this order");
  refused("output \"loss\" %5", "output loss %5", 8, "a name in quotes is missing");
  refused("output \"loss\" %5", "output \"loss\"", 8, "something is missing at the end");
  refused("output \"loss\" %5", "output \"loss\" 5", 8, "'5' is not a node such as %12");
  refused("output \"loss\" %5", "output \"loss\" %5 %4", 8, "'%4' is too much");
  expect_refused(good + "hash\n", "f, line 9: something is missing at the end");
  expect_refused(good + "hash a b\n", "f, line 9: 'b' is too much");
  expect_refused("", "f: not a Program: it is empty");
  expect_refused("\n ; nothing\n", "f: not a Program: it is empty");
}

TEST(ProgramText, NodesThatBreakARuleAreProgramErrors) {
  EXPECT_THROW((void)parse_program(replaced(good, "Mul %0 %1", "Mul %0 %3"), "f"), ProgramError);
  EXPECT_THROW((void)parse_program(replaced(good, "%5\n", "%4\n"), "f"), ProgramError);
  EXPECT_THROW((void)parse_program("levelgrad program 1\n", "f"), ProgramError);
}

TEST(ProgramText, AChangedTextHasAnotherHash) {
  const std::string hashed = to_text(parse_program(good, "good"));
  EXPECT_NO_THROW((void)parse_program(hashed, "f"));
  try {
    (void)parse_program(replaced(hashed, "constant 2.0", "constant 3.0"), "f");
    ADD_FAILURE() << "not refused";
  } catch (const DataError& error) {
    EXPECT_NE(std::string::npos, error.message().find("the hash is not that of the nodes"));
    EXPECT_NE(std::string::npos, error.hint().find("take the line with the hash out"));
  }
}

}  // namespace
}  // namespace levelgrad
