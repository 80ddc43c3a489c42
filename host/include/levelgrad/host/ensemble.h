// SPDX-License-Identifier: MIT
//
// Many models on the CPU: each trained by one thread, as if it were alone.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "levelgrad/ensemble.h"

namespace levelgrad::host {

/// Makes an executor for one of the threads, in that thread.
template <class T>
using ExecutorMaker = std::function<std::unique_ptr<BasicExecutor<T>>()>;

/// Told after each model how many are done; whether the others shall be trained, too.
using EnsembleProgress = std::function<bool(std::size_t models_done)>;

/// Trains all models of an ensemble, spread over threads that have an executor each: as
/// train_one_by_one(), bit for bit, for any number of threads.
///
/// make_executor   an executor that keeps to its thread: one of 1 thread. May be called by several
///                 threads at the same time, and once for each.
/// threads         at least 1; the caller's is one of them.
/// progress        may be null. Not called by two threads at the same time.
/// returns         [model]; one that was not trained because progress said so has no losses and no
///                 parameters.
/// errors          as check_ensemble(), the executors and their maker; MemoryError where the system
///                 has no more threads to give.
template <class T>
[[nodiscard]] std::vector<BasicModelReport<T>> train_ensemble(
    const Program& program, const BasicEnsemble<T>& ensemble, const ExecutorMaker<T>& make_executor,
    std::size_t threads, const EnsembleProgress& progress = nullptr);

extern template std::vector<BasicModelReport<float>> train_ensemble(const Program&,
                                                                    const BasicEnsemble<float>&,
                                                                    const ExecutorMaker<float>&,
                                                                    std::size_t,
                                                                    const EnsembleProgress&);
extern template std::vector<BasicModelReport<double>> train_ensemble(const Program&,
                                                                     const BasicEnsemble<double>&,
                                                                     const ExecutorMaker<double>&,
                                                                     std::size_t,
                                                                     const EnsembleProgress&);

}  // namespace levelgrad::host
