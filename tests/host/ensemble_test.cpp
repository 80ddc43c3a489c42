// SPDX-License-Identifier: MIT
//
// Many models over threads, each beside its training alone by the reference executor, bit for bit.
#include "levelgrad/host/ensemble.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "levelgrad/error.h"
#include "levelgrad/host/host_executor.h"
#include "levelgrad/reference_executor.h"
#include "support/moons_models.h"

namespace levelgrad::testing {
namespace {

constexpr std::size_t examples = 40;

template <class T>
std::vector<BasicModelReport<T>> train(const MoonsModels<T>& models, std::size_t threads,
                                       const host::EnsembleProgress& progress = nullptr) {
  const auto make = [] {
    return std::make_unique<host::BasicHostExecutor<T>>(host::HostOptions{.threads = 1});
  };
  return host::train_ensemble<T>(models.program, models.ensemble, make, threads, progress);
}

/// returns   how many models diverged
template <class T>
std::ptrdiff_t compare(const MoonsModels<T>& models) {
  BasicReferenceExecutor<T> reference;
  const auto wanted =
      train_one_by_one(reference, models.program, models.ensemble, 0, models.ensemble.model_count);
  for (const std::size_t threads : {1, 2, 5}) {
    SCOPED_TRACE(std::to_string(threads) + " threads");
    expect_same(train(models, threads), wanted);
  }
  return std::ranges::count(wanted, false, &BasicModelReport<T>::finite);
}

template <class T>
BasicUpdate<T> sgd(std::size_t m, std::size_t) {
  // The fourth of them diverges, and the next that its thread trains must not notice.
  return optimizer::Sgd::Scalars<T>{m == 3 ? static_cast<T>(1e30)
                                           : static_cast<T>(0.1 * static_cast<double>(m))};
}

template <class T>
BasicUpdate<T> adamw(std::size_t m, std::size_t k) {
  return optimizer::AdamW::scalars<T>({.lr = m == 2 ? 1e200 : 0.01 * static_cast<double>(m + 1)},
                                      static_cast<int>(k + 1));
}

/// Each model has a limit of its own.
template <class T>
BasicUpdate<T> clipped(std::size_t m, std::size_t k) {
  return {optimizer::SgdMomentum::scalars<T>({.lr = 0.1, .momentum = 0.9}, static_cast<int>(k + 1)),
          static_cast<T>(0.1 * static_cast<double>(m))};
}

TEST(Ensemble, IsAsEachModelAlone) {
  EXPECT_EQ(1, compare(MoonsModels<double>(9, 5, examples, sgd<double>)));
  EXPECT_EQ(1, compare(MoonsModels<float>(9, 5, examples, sgd<float>)));
}

TEST(Ensemble, OptimizersOfEachModelStartAtZero) {
  EXPECT_EQ(1, compare(MoonsModels<double>(6, 4, examples, adamw<double>)));
  EXPECT_EQ(1, compare(MoonsModels<float>(6, 4, examples, adamw<float>)));
}

TEST(Ensemble, ClipsTheGradsOfEachModel) {
  EXPECT_EQ(0, compare(MoonsModels<double>(6, 4, examples, clipped<double>)));
  EXPECT_EQ(0, compare(MoonsModels<float>(6, 4, examples, clipped<float>)));
}

TEST(Ensemble, EndsEarlyWithWhatIsDone) {
  const MoonsModels<double> models(9, 3, examples, sgd<double>);
  const auto all = train(models, 1);
  for (const std::size_t threads : {1, 3}) {
    std::size_t told = 0;
    const auto some = train(models, threads, [&](std::size_t done) {
      EXPECT_EQ(++told, done);
      return done < 4;
    });
    ASSERT_EQ(9U, some.size());
    std::size_t trained = 0;
    for (std::size_t m = 0; m < some.size(); ++m) {
      EXPECT_EQ(some[m].losses.empty(), some[m].parameters.empty());
      if (some[m].losses.empty()) continue;
      ++trained;
      EXPECT_TRUE(same_numbers(some[m].losses, all[m].losses));
    }
    EXPECT_EQ(told, trained);
    EXPECT_GE(trained, 4U);
    EXPECT_LE(trained, 3 + threads);
  }
}

TEST(Ensemble, RefusesWhatDoesNotFit) {
  MoonsModels<double> models(2, 2, examples, sgd<double>);
  models.ensemble.model_count = 3;
  EXPECT_THROW((void)train(models, 2), ShapeError);
  models.ensemble.model_count = 2;
  const host::ExecutorMaker<double> none = []() -> std::unique_ptr<Executor> {
    throw DeviceError("no such thing");
  };
  EXPECT_THROW((void)host::train_ensemble<double>(models.program, models.ensemble, none, 2),
               DeviceError);
}

}  // namespace
}  // namespace levelgrad::testing
