// SPDX-License-Identifier: MIT
//
// Which Programs may be in one batch.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "levelgrad/error.h"
#include "levelgrad/record.h"

namespace levelgrad {
namespace {

/// What varies from Program to Program; the rest is the same.
struct Choice {
  std::size_t parameter_count = 2;
  std::size_t input_count = 2;
  std::function<Value(const Value& w, const Value& x)> body = [](auto& w, auto& x) {
    return w * x;
  };
  std::function<Value(const Value& w)> prologue = [](auto& w) { return exp(w); };
  std::function<Value(const Value& joined, const Value& w)> epilogue = [](auto& joined, auto& w) {
    return joined + square(w) * 0.5;
  };
  bool joins_by_mean = true;
  std::string second_output = "each";
  bool second_varies = true;
  bool third_output = false;
  double constant_in_body = 1;
};

Program program_of(const Choice& choice) {
  const Graph::Scope scope;
  std::vector<Value> w;
  for (std::size_t k = 0; k < choice.parameter_count; ++k) w.emplace_back(1.0);
  return record(w, [&](Recording& example) {
    const std::vector<Value> x = example.inputs("x", choice.input_count);
    const Value shared = choice.prologue(w[0]);
    const Value y = choice.body(shared, x[0]) + choice.constant_in_body;
    const Value joined = choice.joins_by_mean ? mean(y) : sum(y);
    const Value root = choice.epilogue(joined, w[1]);
    example.output("loss", root);
    example.output(choice.second_output, choice.second_varies ? y : joined);
    if (choice.third_output) example.output("third", y);
  });
}

void expect_refused(const std::function<void(Choice&)>& change, const std::string& text) {
  Choice other;
  change(other);
  const Program a = program_of({}), b = program_of(other);
  for (const auto& [first, second] : {std::pair(&a, &b), std::pair(&b, &a)}) {
    try {
      check_same_shared_part(*first, *second);
      ADD_FAILURE() << "not refused: " << text;
    } catch (const ProgramError& error) {
      EXPECT_NE(std::string::npos, error.message().find(text)) << error.what();
    }
  }
}

TEST(SharedPart, BodiesMayDiffer) {
  const Program a = program_of({});
  check_same_shared_part(a, a);
  Choice other;
  other.body = [](const Value& w, const Value& x) { return tanh(x * w) + w * x; };
  other.constant_in_body = 7;
  const Program b = program_of(other);
  EXPECT_NE(a.node_count(), b.node_count());
  check_same_shared_part(a, b);
  check_same_shared_part(b, a);
}

TEST(SharedPart, RefusesWhatDiffers) {
  expect_refused([](Choice& c) { c.parameter_count = 3; }, "share their parameters");
  expect_refused([](Choice& c) { c.input_count = 3; }, "share their inputs");
  expect_refused([](Choice& c) { c.third_output = true; }, "share their outputs");
  expect_refused([](Choice& c) { c.second_output = "every"; }, "their outputs, but '");
  expect_refused([](Choice& c) { c.second_varies = false; }, "their outputs, but 'each'");
  expect_refused([](Choice& c) { c.joins_by_mean = false; }, "share the epilogue, but %");
  expect_refused([](Choice& c) { c.prologue = [](const Value& w) { return exp(exp(w)); }; },
                 "share the prologue");
  expect_refused([](Choice& c) { c.prologue = [](const Value& w) { return sin(w); }; },
                 "share the prologue, but %");
  using V = const Value&;
  expect_refused([](Choice& c) { c.epilogue = [](V j, V w) { return square(w) * 0.5 + j; }; },
                 "share the epilogue, but %");
  expect_refused([](Choice& c) { c.epilogue = [](V j, V w) { return j + w * 0.5; }; },
                 "share the epilogue");
  expect_refused([](Choice& c) { c.epilogue = [](V j, V w) { return j + square(w) * 0.25; }; },
                 "share the epilogue, but %");
  expect_refused([](Choice& c) { c.epilogue = [](V j, V w) { return j + square(w) * w; }; },
                 "share the epilogue, but %");
}

TEST(SharedPart, RefusesAnotherParameterInTheSamePlace) {
  const auto program = [](std::size_t prologue_reads, std::size_t epilogue_reads) {
    const Graph::Scope scope;
    const std::vector<Value> w = {1.0, 2.0};
    return record(w, [&](Recording& example) {
      const Value y = exp(w[prologue_reads]) * example.input("x");
      example.output("loss", sum(y) + square(w[epilogue_reads]));
    });
  };
  check_same_shared_part(program(0, 1), program(0, 1));
  EXPECT_THROW(check_same_shared_part(program(0, 1), program(1, 1)), ProgramError);
  EXPECT_THROW(check_same_shared_part(program(0, 1), program(0, 0)), ProgramError);
}

TEST(SharedPart, RefusesAPrologueThatTheRootOfOneDoesNotReach) {
  // The same prologue, exp(w), is read on the way to the root, or to another output alone. One
  // backward pass through the prologue cannot serve both.
  const auto program = [](bool on_the_way) {
    const Graph::Scope scope;
    const std::vector<Value> w = {1.0};
    return record(w, [&](Recording& example) {
      const Value x = example.input("x");
      const Value scaled = exp(w[0]) * x;
      example.output("loss", sum(on_the_way ? scaled : x + x));
      example.output("each", scaled);
    });
  };
  check_same_shared_part(program(true), program(true));
  check_same_shared_part(program(false), program(false));
  EXPECT_THROW(check_same_shared_part(program(true), program(false)), ProgramError);
  EXPECT_THROW(check_same_shared_part(program(false), program(true)), ProgramError);
}

TEST(SharedPart, AConstantIsItsBits) {
  const auto program = [](double number) {
    const Graph::Scope scope;
    const std::vector<Value> w = {1.0};
    return record(w, [&](Recording& example) {
      example.output("loss", sum(example.input("x") * w[0]) * number);
    });
  };
  check_same_shared_part(program(std::nan("")), program(-std::nan("")));
  EXPECT_THROW(check_same_shared_part(program(0.0), program(-0.0)), ProgramError);
}

}  // namespace
}  // namespace levelgrad
