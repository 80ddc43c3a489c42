// SPDX-License-Identifier: MIT
//
// One pass over a batch: chunks over threads, put together by the tree of the batch order.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "body_worker.h"
#include "thread_pool.h"

namespace levelgrad::host {

/// What a pass reads and writes besides the batch.
template <class T>
struct SweepInputs {
  bool backward = false;
  std::span<const T* const> uniform;  ///< [program] -> [node]
  std::span<const T> seeds;           ///< [join], for backward
  std::span<const T> left;            ///< [shared], where the last chunk's folds start
  std::size_t join_count = 0;
  std::span<const std::span<T>> outputs;  ///< of varying outputs
  std::span<T> input_grads;
  /// For per-example grads: takes an example and its folds [shared]. Called from any thread.
  std::function<void(std::size_t, std::span<const T>)> take_example = nullptr;
};

/// The folds of a whole batch.
template <class T>
struct SweepResults {
  std::vector<T> sums;   ///< [join]
  std::vector<T> grads;  ///< [shared]
};

/// [thread][program]
template <class T>
using Workers = std::vector<std::vector<std::unique_ptr<BodyWorker<T>>>>;

template <class T>
[[nodiscard]] SweepResults<T> sweep(const BasicBatch<T>& batch, const SweepInputs<T>& inputs,
                                    Workers<T>& workers, ThreadPool& pool, std::size_t sub_block);

}  // namespace levelgrad::host
