// SPDX-License-Identifier: MIT
//
// A bag of random expressions as a case for executors: examples of many different graphs.
#pragma once

#include <numeric>
#include <string>
#include <vector>

#include "levelgrad/host/expressions.h"
#include "support/batch_case.h"

namespace levelgrad::testing {

/// Every tree with every point, tree after tree; or point after point, so that no two neighbours
/// have the same Program.
template <class T>
BatchCase<T> expression_case(std::size_t trees, std::size_t points, std::uint64_t seed,
                             bool point_after_point = false) {
  PythonRandom random(seed);
  const host::Dataset data = host::expression_data(points, random);
  const host::ExpressionBag bag = host::random_expressions(trees, data, random);
  std::vector<std::size_t> all(trees);
  std::iota(all.begin(), all.end(), std::size_t{0});
  const host::ExpressionExamples examples = host::examples_of(all, data);
  const std::size_t count = examples.programs.size();
  const std::size_t width = examples.inputs.size() / count;
  BatchCase<T> made{std::to_string(trees) + " expressions, " + std::to_string(points) + " points",
                    host::record_expressions(bag),
                    {bag.initial.begin(), bag.initial.end()},
                    count,
                    {},
                    {}};
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t from = point_after_point ? i % trees * points + i / trees : i;
    made.which.push_back(examples.programs[from]);
    for (std::size_t k = 0; k < width; ++k) {
      made.inputs.push_back(static_cast<T>(examples.inputs[from * width + k]));
    }
  }
  return made;
}

/// So many AdamW steps over the whole case: the losses, then the parameters.
template <class T>
std::vector<T> after_steps(BasicExecutor<T>& executor, const BatchCase<T>& test, int steps) {
  std::vector<std::uint32_t> all(test.example_count);
  std::iota(all.begin(), all.end(), 0U);
  std::vector<BasicUpdate<T>> updates;
  for (int t = 1; t <= steps; ++t) {
    updates.push_back(optimizer::AdamW::scalars<T>({.lr = 0.05, .weight_decay = 0}, t));
  }
  executor.load(test.programs);
  executor.set_parameters(test.parameters);
  BasicStepsReport<T> report = executor.run_steps(
      {.example_count = test.example_count,
       .inputs = test.inputs,
       .programs = test.which,
       .batches = std::vector<std::span<const std::uint32_t>>(updates.size(), all),
       .updates = updates});
  std::vector<T> numbers = report.losses;
  for (const T parameter : executor.parameters()) numbers.push_back(parameter);
  return numbers;
}

}  // namespace levelgrad::testing
