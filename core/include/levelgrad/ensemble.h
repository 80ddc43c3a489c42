// SPDX-License-Identifier: MIT
//
// Many trainings of one Program that differ in their parameters and updates: seeds, rates, penalties.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "levelgrad/executor.h"

namespace levelgrad {

/// What is trained. Every model sees the same batches.
template <class T>
struct BasicEnsemble {
  std::size_t model_count = 0;
  std::span<const T> parameters;                        ///< [model][parameter], to start from
  std::size_t example_count = 0;                        ///< of the data set
  std::span<const T> inputs;                            ///< [example][input]
  std::vector<std::span<const std::uint32_t>> batches;  ///< [step], examples by index
  std::span<const BasicUpdate<T>> updates;              ///< [model][step], of one optimizer
};

/// What became of one model: as BasicStepsReport, and its parameters at the end.
template <class T>
struct BasicModelReport {
  std::vector<T> losses;
  bool finite = true;
  std::vector<T> parameters;
};

/// Errors: ShapeError where the lengths do not fit each other or the Program; ArgumentError for
/// updates of several optimizers.
template <class T>
void check_ensemble(const Program& program, const BasicEnsemble<T>& ensemble);

/// Trains models one after the other, each as if it were alone: what every other way must equal,
/// bit for bit.
///
/// first, count   of the models.
/// errors         as check_ensemble() and BasicExecutor::run_steps().
template <class T>
[[nodiscard]] std::vector<BasicModelReport<T>> train_one_by_one(BasicExecutor<T>& executor,
                                                                const Program& program,
                                                                const BasicEnsemble<T>& ensemble,
                                                                std::size_t first,
                                                                std::size_t count);

using Ensemble = BasicEnsemble<double>;
using EnsembleF32 = BasicEnsemble<float>;

}  // namespace levelgrad
