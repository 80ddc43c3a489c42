// SPDX-License-Identifier: MIT
//
// Ensembles for tests: models of the moons net, and whether they became what they should.
#pragma once

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include "levelgrad/ensemble.h"
#include "levelgrad/host/dataset.h"
#include "support/same_numbers.h"
#include "support/sample_programs.h"

namespace levelgrad::testing {

/// Models of the moons net with parameters and updates of their own, all on the same examples.
template <class T>
struct MoonsModels {
  Program program = moons_program();
  std::vector<T> parameters, inputs;
  std::vector<std::uint32_t> all;
  std::vector<BasicUpdate<T>> updates;
  BasicEnsemble<T> ensemble;  ///< of what is above

  /// update   of (model, step).
  template <class Update>
  MoonsModels(std::size_t models, std::size_t steps, std::size_t examples, const Update& update)
      : all(examples) {
    PythonRandom random(models);
    for (std::size_t i = 0; i < models * program.parameter_count(); ++i) {
      parameters.push_back(static_cast<T>(random.uniform(-1, 1)));
    }
    for (const double number : host::inputs_and_labels(host::make_moons(examples, 0.1, random))) {
      inputs.push_back(static_cast<T>(number));
    }
    std::iota(all.begin(), all.end(), 0U);
    for (std::size_t m = 0; m < models; ++m) {
      for (std::size_t k = 0; k < steps; ++k) updates.push_back(update(m, k));
    }
    ensemble = {.model_count = models,
                .parameters = parameters,
                .example_count = examples,
                .inputs = inputs,
                .batches = std::vector<std::span<const std::uint32_t>>(steps, all),
                .updates = updates};
  }
  MoonsModels(const MoonsModels&) = delete;
  MoonsModels& operator=(const MoonsModels&) = delete;
};

/// Compares by bits.
template <class T>
void expect_same(const std::vector<BasicModelReport<T>>& found,
                 const std::vector<BasicModelReport<T>>& wanted) {
  ASSERT_EQ(wanted.size(), found.size());
  for (std::size_t m = 0; m < found.size(); ++m) {
    SCOPED_TRACE("model " + std::to_string(m));
    EXPECT_TRUE(same_numbers(found[m].losses, wanted[m].losses));
    EXPECT_EQ(found[m].finite, wanted[m].finite);
    EXPECT_TRUE(same_numbers(found[m].parameters, wanted[m].parameters));
  }
}

}  // namespace levelgrad::testing
