// SPDX-License-Identifier: MIT
//
// Many models at once, each beside its training alone by the reference executor, bit for bit.
#include <gtest/gtest.h>

#include "cuda/device.h"
#include "levelgrad/cuda/ensemble.h"
#include "levelgrad/reference_executor.h"
#include "support/moons_models.h"

namespace levelgrad::testing {
namespace {

class EnsembleOnDevice : public ::testing::Test {
protected:
  void SetUp() override { LG_REQUIRE_DEVICE(); }
};

template <class T, class Update>
void compare(std::size_t models, std::size_t steps, std::size_t examples, const Update& update) {
  const MoonsModels<T> made(models, steps, examples, update);
  BasicReferenceExecutor<T> reference;
  expect_same(cuda::train_ensemble(made.program, made.ensemble),
              train_one_by_one(reference, made.program, made.ensemble, 0, models));
}

// The last rate is so high that its model fails.
TEST_F(EnsembleOnDevice, RatesAndSeedsF32) {
  constexpr std::size_t models = 7;
  const auto rate = [](std::size_t m, std::size_t) -> UpdateF32 {
    return optimizer::Sgd::Scalars<float>{m + 1 == models ? 1e30F : 0.1F * static_cast<float>(m)};
  };
  compare<float>(models, 6, 100, rate);
}

TEST_F(EnsembleOnDevice, AdamWOverSeveralChunksF64) {
  const auto adamw = [](std::size_t m, std::size_t k) -> Update {
    return optimizer::AdamW::scalars<double>({.lr = 0.01 * static_cast<double>(m + 1)},
                                             static_cast<int>(k + 1));
  };
  compare<double>(3, 4, 300, adamw);
}

// Each model has a limit of its own, which some grads pass and others do not; 337 parameters are
// three chunks.
TEST_F(EnsembleOnDevice, ClippedF32) {
  const auto rmsprop = [](std::size_t m, std::size_t k) -> UpdateF32 {
    return {optimizer::RMSProp::scalars<float>({.momentum = 0.5}, static_cast<int>(k + 1)),
            0.5F * static_cast<float>(m + 1)};
  };
  compare<float>(4, 4, 100, rmsprop);
}

TEST_F(EnsembleOnDevice, LengthsThatDoNotFitAreRefused) {
  const auto rate = [](std::size_t, std::size_t) -> Update {
    return optimizer::Sgd::Scalars<double>{0.1};
  };
  MoonsModels<double> models(2, 2, 10, rate);
  models.ensemble.model_count = 3;
  EXPECT_THROW((void)cuda::train_ensemble(models.program, models.ensemble), ShapeError);
  models.ensemble.model_count = 2;
  models.all.back() = 10;
  EXPECT_THROW((void)cuda::train_ensemble(models.program, models.ensemble), ShapeError);
}

}  // namespace
}  // namespace levelgrad::testing
