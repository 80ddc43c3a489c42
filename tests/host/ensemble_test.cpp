// SPDX-License-Identifier: MIT
//
// Many models over threads, each beside its training alone by the reference executor, bit for bit.
#include "levelgrad/host/ensemble.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include "levelgrad/error.h"
#include "levelgrad/host/dataset.h"
#include "levelgrad/host/host_executor.h"
#include "levelgrad/reference_executor.h"
#include "support/same_numbers.h"
#include "support/sample_programs.h"

namespace levelgrad::testing {
namespace {

/// Models of the moons net with parameters and updates of their own.
template <class T>
struct Models {
  Program program = moons_program();
  std::vector<T> parameters, inputs;
  std::vector<std::uint32_t> all;
  std::vector<BasicUpdate<T>> updates;
  BasicEnsemble<T> ensemble;

  template <class MakeUpdate>
  Models(std::size_t models, std::size_t steps, const MakeUpdate& update) : all(40) {
    PythonRandom random(models);
    for (std::size_t i = 0; i < models * program.parameter_count(); ++i) {
      parameters.push_back(static_cast<T>(random.uniform(-1, 1)));
    }
    for (const double number : host::inputs_and_labels(host::make_moons(40, 0.1, random))) {
      inputs.push_back(static_cast<T>(number));
    }
    std::iota(all.begin(), all.end(), 0U);
    for (std::size_t m = 0; m < models; ++m) {
      for (std::size_t k = 0; k < steps; ++k) updates.push_back(update(m, k));
    }
    ensemble = {.model_count = models,
                .parameters = parameters,
                .example_count = 40,
                .inputs = inputs,
                .batches = std::vector<std::span<const std::uint32_t>>(steps, all),
                .updates = updates};
  }

  std::vector<BasicModelReport<T>> train(std::size_t threads,
                                         const host::EnsembleProgress& progress = nullptr) const {
    const auto make = [] {
      return std::make_unique<host::BasicHostExecutor<T>>(host::HostOptions{.threads = 1});
    };
    return host::train_ensemble<T>(program, ensemble, make, threads, progress);
  }

  /// returns   how many models diverged
  std::size_t compare() const {
    BasicReferenceExecutor<T> reference;
    const auto wanted = train_one_by_one(reference, program, ensemble, 0, ensemble.model_count);
    std::size_t diverged = 0;
    for (const auto& report : wanted) diverged += report.finite ? 0 : 1;
    for (const std::size_t threads : {1, 2, 5}) {
      const auto found = train(threads);
      EXPECT_EQ(wanted.size(), found.size());
      for (std::size_t m = 0; m < found.size(); ++m) {
        SCOPED_TRACE(std::to_string(threads) + " threads, model " + std::to_string(m));
        EXPECT_TRUE(same_numbers(found[m].losses, wanted[m].losses));
        EXPECT_EQ(found[m].finite, wanted[m].finite);
        EXPECT_TRUE(same_numbers(found[m].parameters, wanted[m].parameters));
      }
    }
    return diverged;
  }
};

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
  EXPECT_EQ(1U, Models<double>(9, 5, sgd<double>).compare());
  EXPECT_EQ(1U, Models<float>(9, 5, sgd<float>).compare());
}

TEST(Ensemble, OptimizersOfEachModelStartAtZero) {
  EXPECT_EQ(1U, Models<double>(6, 4, adamw<double>).compare());
  EXPECT_EQ(1U, Models<float>(6, 4, adamw<float>).compare());
}

TEST(Ensemble, ClipsTheGradsOfEachModel) {
  EXPECT_EQ(0U, Models<double>(6, 4, clipped<double>).compare());
  EXPECT_EQ(0U, Models<float>(6, 4, clipped<float>).compare());
}

TEST(Ensemble, EndsEarlyWithWhatIsDone) {
  const Models<double> models(9, 3, sgd<double>);
  const auto all = models.train(1);
  for (const std::size_t threads : {1, 3}) {
    std::size_t told = 0;
    const auto some = models.train(threads, [&](std::size_t done) {
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
  Models<double> models(2, 2, sgd<double>);
  models.ensemble.model_count = 3;
  EXPECT_THROW((void)models.train(2), ShapeError);
  models.ensemble.model_count = 2;
  const host::ExecutorMaker<double> none = []() -> std::unique_ptr<Executor> {
    throw DeviceError("no such thing");
  };
  EXPECT_THROW((void)host::train_ensemble<double>(models.program, models.ensemble, none, 2),
               DeviceError);
}

}  // namespace
}  // namespace levelgrad::testing
