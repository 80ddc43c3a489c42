// SPDX-License-Identifier: MIT
//
// The lines that EurekaLabsAI/micrograd's micrograd.py prints (CPython 3.11, glibc 2.36), against
// those of its run on levelgrad.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <iostream>
#include <sstream>
#include <vector>

#include "support/golden.h"

namespace levelgrad {
namespace {

std::string stored_output() {
  return testing::read_file(LEVELGRAD_TESTS "/data/eureka-yinyang-output.txt");
}

std::string output_of(const std::string& program) {
  std::FILE* const pipe = popen(("'" + program + "'").c_str(), "r");
  std::string text;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) text += static_cast<char>(c);
  EXPECT_EQ(0, pclose(pipe));
  return text;
}

struct Line {
  std::string words;  ///< before the number
  double number;
};

std::vector<Line> lines_of(const std::string& text) {
  std::vector<Line> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    const std::size_t at = line.rfind(' ') + 1;
    lines.push_back({line.substr(0, at), std::stod(line.substr(at))});
  }
  return lines;
}

/// The same words, and numbers within 1e-12 of the stored ones (of which val losses have 6 digits).
void expect_close(const std::string& output) {
  const std::vector<Line> expected = lines_of(stored_output());
  const std::vector<Line> lines = lines_of(output);
  ASSERT_EQ(110U, expected.size());
  ASSERT_EQ(expected.size(), lines.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    EXPECT_EQ(expected[i].words, lines[i].words);
    EXPECT_NEAR(expected[i].number, lines[i].number, 1e-12 * expected[i].number) << lines[i].words;
  }
}

struct UnaryCase {
  double (*function)(double);
  double x, y;
};

struct PowCase {
  double x, exponent, y;
};

/// Whether exp, log, tanh and pow give glibc 2.36's bits at points where functions of other makers
/// round the other way: levelgrad's own, and for pow the product, the root and the quotient.
bool has_the_functions_of_the_output() {
  const UnaryCase unary[] = {
      {std::exp, 0x1.977e4dbd183ap-2, 0x1.7d1f4bd63078dp+0},
      {std::exp, -0x1.d63561731f2fp-3, 0x1.96f765dd2189fp-1},
      {std::exp, 0x1.1e68c98940d9cp+0, 0x1.87d3569bf0605p+1},
      {std::log, 0x1.a44a1fac4c964p-1, -0x1.943c5cb1a8b19p-3},
      {std::log, 0x1.4e37d182cc042p+0, 0x1.1103d311c800fp-2},
      {std::log, 0x1.7aae9181d9aap+0, 0x1.90ea630596d05p-2},
      {std::tanh, -0x1.7fffffff04p+0, -0x1.cf6f97868444p-1},
      {std::tanh, -0x1.08a42dea06b2cp-1, -0x1.e6b1836f0ebd1p-2},
      {std::tanh, 0x1.3aed2ac616c3ap+0, 0x1.af6d73c717ac4p-1},
  };
  const PowCase powers[] = {
      {0x1.3d8c91a38f121p+1, 2, 0x1.89e56ddeae11fp+2},
      {0x1.5d21b15b87f82p-2, 2, 0x1.dc24e202c5335p-4},
      {0x1.e84a4a5044416p-1, 0.5, 0x1.f4012c30efbe8p-1},
      {0x1.84e8ae15aa764p-1, 0.5, 0x1.be3aec15ab727p-1},
      {0x1.0dc8c093c4ca4p+1, -1, 0x1.e5d7165a34237p-2},
      {0x1.918a5756a15c8p+0, -1, 0x1.466c46655ff4ap-1},
      {0.9, 37, 0x1.4c31dc5657068p-6},
      {0.95, 99, 0x1.986de4656a63dp-8},
  };
  bool same = true;
  for (const UnaryCase& c : unary) same = same && c.function(c.x) == c.y;
  for (const PowCase& c : powers) same = same && std::pow(c.x, c.exponent) == c.y;
  return same;
}

TEST(EurekaLabs, RunIsTheSameInEveryByteWithTheSameFunctions) {
  const std::string output = output_of(LEVELGRAD_WITH_LIBM);
  if (has_the_functions_of_the_output()) {
    EXPECT_EQ(stored_output(), output);
  } else {
    std::cout << "this C library rounds exp, log, tanh or pow unlike glibc 2.36: losses are "
                 "compared within 1e-12 instead of byte for byte\n";
    expect_close(output);
  }
}

TEST(EurekaLabs, RunIsTheSameWithin1e12WithOurFunctions) {
  expect_close(output_of(LEVELGRAD_WITH_OWN_MATH));
}

}  // namespace
}  // namespace levelgrad
