// SPDX-License-Identifier: MIT
//
// What every executor has from its base: the loop of training steps, and its errors.
#include <gtest/gtest.h>

#include <cmath>

#include "levelgrad/record.h"
#include "levelgrad/reference_executor.h"

namespace levelgrad {
namespace {

using Indices = std::vector<std::uint32_t>;

/// mean((w * x - y) ** 2): two inputs, one parameter.
Program line_through_zero() {
  const Graph::Scope scope;
  const Value w = 0.5;
  return record(std::vector<Value>{w}, [&](Recording& example) {
    const Value x = example.input("x");
    const Value y = example.input("y");
    example.output("loss", mean(square(w * x - y)));
  });
}

/// A data set with steps over it; the tests break one thing each.
struct Data {
  std::vector<double> inputs = {1, 2, 2, 4, -1, -2, 3, 6};
  std::vector<std::uint32_t> programs;
  std::vector<Indices> batches = {{0, 1}, {2, 3, 0}, {1}};
  std::vector<Update> updates =
      std::vector<Update>(3, Update(optimizer::Sgd::Scalars<double>{0.01}));
  std::size_t example_count = 4;

  [[nodiscard]] BasicSteps<double> steps() const {
    BasicSteps<double> steps{example_count, inputs, programs, {}, updates};
    for (const Indices& batch : batches) steps.batches.emplace_back(batch);
    return steps;
  }
};

/// The same by hand.
double trained_by_hand(const Data& data, std::vector<double>& losses, std::size_t step_count) {
  ReferenceExecutor executor;
  executor.load(line_through_zero());
  for (std::size_t k = 0; k < step_count; ++k) {
    std::vector<double> inputs;
    for (const std::uint32_t i : data.batches[k]) {
      inputs.push_back(data.inputs[2 * i]);
      inputs.push_back(data.inputs[2 * i + 1]);
    }
    double loss = 0;
    Results results{.loss = std::span(&loss, 1)};
    results.backward = true;
    executor.run(Batch{data.batches[k].size(), inputs}, results);
    losses.push_back(loss);
    EXPECT_TRUE(executor.update(data.updates[k]));
  }
  return executor.parameters().front();
}

TEST(RunSteps, IsARunAndAnUpdateForEachBatch) {
  const Data data;
  std::vector<double> losses;
  const double parameter = trained_by_hand(data, losses, 3);
  EXPECT_NE(0.5, parameter);
  ReferenceExecutor executor;
  executor.load(line_through_zero());
  const BasicStepsReport<double> report = executor.run_steps(data.steps());
  EXPECT_TRUE(report.finite);
  EXPECT_EQ(losses, report.losses);
  EXPECT_EQ(std::vector<double>{parameter}, executor.parameters());
}

TEST(RunSteps, NoStepsChangeNothing) {
  ReferenceExecutor executor;
  executor.load(line_through_zero());
  Data data;
  data.batches.clear();
  data.updates.clear();
  const BasicStepsReport<double> report = executor.run_steps(data.steps());
  EXPECT_TRUE(report.finite && report.losses.empty());
  EXPECT_EQ(std::vector<double>{0.5}, executor.parameters());
}

template <class Expected>
void expect_refused(const Data& data, const std::string& part_of_message) {
  ReferenceExecutor executor;
  executor.load(line_through_zero());
  try {
    (void)executor.run_steps(data.steps());
    ADD_FAILURE() << "not refused: " << part_of_message;
  } catch (const Expected& error) {
    EXPECT_NE(std::string::npos, error.message().find(part_of_message)) << error.what();
  }
  EXPECT_TRUE(executor.run_steps(Data().steps()).finite);  // usable afterwards
}

TEST(RunSteps, RefusesWhatDoesNotFit) {
  Data data;
  data.updates.pop_back();
  expect_refused<ShapeError>(data, "3 batches and 2 updates");
  data = {};
  data.programs = {0, 0, 0};
  expect_refused<ShapeError>(data, "a Program must be named for every example or for none");
  data = {};
  data.programs = {0, 0, 0, 1};
  expect_refused<ArgumentError>(data, "names Program 1, and there are 1");
  data = {};
  data.batches[0] = {4};
  expect_refused<ShapeError>(data, "no example 4 in a data set of 4");
  data = {};
  data.batches[0] = {};
  expect_refused<ArgumentError>(data, "a batch without examples");
  data = {};
  data.inputs.pop_back();
  expect_refused<ShapeError>(data, "[example][input]");
  data = {};
  data.example_count = 8;  // of one number each, but the Program has two inputs
  expect_refused<ShapeError>(data, "inputs: 2 numbers, not 2 times 2");
  data = {};
  data.example_count = 0;
  expect_refused<ShapeError>(data, "[example][input]");
}

TEST(RunSteps, NeedsAProgram) {
  ReferenceExecutor executor;
  EXPECT_THROW((void)executor.run_steps(Data().steps()), ArgumentError);
}

TEST(RunSteps, WhatWasDoneBeforeAnErrorStays) {
  Data data;
  data.batches[2] = {7};
  std::vector<double> losses;
  const double after_two = trained_by_hand(data, losses, 2);
  ReferenceExecutor executor;
  executor.load(line_through_zero());
  EXPECT_THROW((void)executor.run_steps(data.steps()), ShapeError);
  EXPECT_EQ(std::vector<double>{after_two}, executor.parameters());
}

TEST(RunSteps, StopsAtANumberThatIsNotFinite) {
  for (const double bad : {std::nan(""), HUGE_VAL}) {
    Data data;
    data.inputs[4] = bad;  // of example 2: the second batch
    std::vector<double> losses;
    const double after_one = trained_by_hand(data, losses, 1);
    ReferenceExecutor executor;
    executor.load(line_through_zero());
    const BasicStepsReport<double> report = executor.run_steps(data.steps());
    EXPECT_FALSE(report.finite);
    ASSERT_EQ(2U, report.losses.size());
    EXPECT_EQ(losses[0], report.losses[0]);
    EXPECT_FALSE(std::isfinite(report.losses[1]));
    EXPECT_EQ(std::vector<double>{after_one}, executor.parameters());
  }
}

TEST(RunSteps, AnUpdateThatOverflowsIsNotDone) {
  Data data;
  data.updates[1] = optimizer::Sgd::Scalars<double>{1e308};
  ReferenceExecutor executor;
  executor.load(line_through_zero());
  const BasicStepsReport<double> report = executor.run_steps(data.steps());
  EXPECT_FALSE(report.finite);
  EXPECT_EQ(2U, report.losses.size());
  std::vector<double> losses;
  EXPECT_EQ(trained_by_hand(data, losses, 1), executor.parameters().front());
}

TEST(Executor, AnUpdateNeedsGrads) {
  ReferenceExecutor executor;
  executor.load(line_through_zero());
  const Update update = optimizer::Sgd::Scalars<double>{0.1};
  EXPECT_THROW((void)executor.update(update), ArgumentError);
  const std::vector<double> inputs = {1, 2};
  double loss = 0;
  executor.run(Batch{1, inputs}, Results{.loss = std::span(&loss, 1)});  // forward only
  EXPECT_THROW((void)executor.update(update), ArgumentError);
}

}  // namespace
}  // namespace levelgrad
