// SPDX-License-Identifier: MIT
//
// Many models at once, each beside its training alone by the reference executor, bit for bit.
#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include "cuda/device.h"
#include "levelgrad/cuda/ensemble.h"
#include "levelgrad/host/dataset.h"
#include "levelgrad/reference_executor.h"
#include "support/same_numbers.h"
#include "support/sample_programs.h"

namespace levelgrad::testing {
namespace {

class EnsembleOnDevice : public ::testing::Test {
protected:
  void SetUp() override { LG_REQUIRE_DEVICE(); }
};

/// Models of the moons net with parameters and rates of their own; the last one's rate is so high
/// that it fails.
template <class T>
struct Models {
  Program program = moons_program();
  std::size_t count, steps;
  std::vector<T> parameters, inputs;
  std::vector<std::uint32_t> all;
  std::vector<BasicUpdate<T>> updates;
  BasicEnsemble<T> ensemble;

  template <class Update>
  Models(std::size_t models, std::size_t step_count, std::size_t examples, const Update& update)
      : count(models), steps(step_count), all(examples) {
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

  void compare() const {
    const auto found = cuda::train_ensemble(program, ensemble);
    BasicReferenceExecutor<T> reference;
    const auto wanted = train_one_by_one(reference, program, ensemble, 0, count);
    ASSERT_EQ(found.size(), wanted.size());
    for (std::size_t m = 0; m < count; ++m) {
      SCOPED_TRACE("model " + std::to_string(m));
      EXPECT_TRUE(same_numbers(found[m].losses, wanted[m].losses));
      EXPECT_EQ(found[m].finite, wanted[m].finite);
      EXPECT_TRUE(same_numbers(found[m].parameters, wanted[m].parameters));
    }
  }
};

TEST_F(EnsembleOnDevice, RatesAndSeedsF32) {
  constexpr std::size_t models = 7;
  const auto rate = [](std::size_t m, std::size_t) -> UpdateF32 {
    return optimizer::Sgd::Scalars<float>{m + 1 == models ? 1e30F : 0.1F * static_cast<float>(m)};
  };
  Models<float>(models, 6, 100, rate).compare();
}

TEST_F(EnsembleOnDevice, AdamWOverSeveralChunksF64) {
  const auto adamw = [](std::size_t m, std::size_t k) -> Update {
    return optimizer::AdamW::scalars<double>({.lr = 0.01 * static_cast<double>(m + 1)},
                                             static_cast<int>(k + 1));
  };
  Models<double>(3, 4, 300, adamw).compare();
}

// Each model has a limit of its own, which some grads pass and others do not; 337 parameters are
// three chunks.
TEST_F(EnsembleOnDevice, ClippedF32) {
  const auto rmsprop = [](std::size_t m, std::size_t k) -> UpdateF32 {
    return {optimizer::RMSProp::scalars<float>({.momentum = 0.5}, static_cast<int>(k + 1)),
            0.5F * static_cast<float>(m + 1)};
  };
  Models<float>(4, 4, 100, rmsprop).compare();
}

TEST_F(EnsembleOnDevice, LengthsThatDoNotFitAreRefused) {
  const auto rate = [](std::size_t, std::size_t) -> Update {
    return optimizer::Sgd::Scalars<double>{0.1};
  };
  Models<double> models(2, 2, 10, rate);
  models.ensemble.model_count = 3;
  EXPECT_THROW((void)cuda::train_ensemble(models.program, models.ensemble), ShapeError);
  models.ensemble.model_count = 2;
  models.all.back() = 10;
  EXPECT_THROW((void)cuda::train_ensemble(models.program, models.ensemble), ShapeError);
}

}  // namespace
}  // namespace levelgrad::testing
