// SPDX-License-Identifier: MIT
//
// What runs a Program's body for sub-blocks of lanes, whatever it is made of; each thread has one
// of its own for each Program.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "levelgrad/executor.h"
#include "levelgrad/schedule.h"
#include "levelgrad/storage.h"
#include "uniform_part.h"

namespace levelgrad::host {

/// Neighbouring examples that run at once: [first, first + count), at most a sub-block of them.
struct LaneRange {
  std::size_t first, count;
};

/// Copies input k of neighbouring examples into lanes, with 0 in those up to width that have none.
template <class T>
void load_input(const BasicBatch<T>& batch, std::size_t input_count, std::size_t k,
                LaneRange examples, std::size_t width, T* to) {
  const std::size_t step = batch.layout == Layout::ByInput ? 1 : input_count;
  const T* const from = batch.inputs.data() + batch.place(examples.first, k);
  for (std::size_t l = 0; l < examples.count; ++l) to[l] = from[l * step];
  for (std::size_t l = examples.count; l < width; ++l) to[l] = T(0);
}

template <class T>
class BodyWorker {
public:
  BodyWorker() = default;
  BodyWorker(const BodyWorker&) = delete;
  BodyWorker& operator=(const BodyWorker&) = delete;
  virtual ~BodyWorker() = default;

  /// Takes the uniform numbers of a batch, and the grad of each join's sum where the worker runs
  /// backward. uniform [node], seeds [join]; borrowed.
  virtual void start(const T* uniform, std::span<const T> seeds) = 0;

  /// Loads the inputs of the examples, all of one Program, and runs the body: forward at least.
  virtual void forward(const BasicBatch<T>& batch, LaneRange examples) = 0;

  /// Between forward() and backward(), which may use the memory of values again: copies the outputs
  /// that are wanted, [output][example].
  virtual void store_outputs(std::span<const std::span<T>> outputs) const = 0;
  /// There, too: what join j reads, a number for each lane.
  [[nodiscard]] virtual const T* joined(std::size_t join) const = 0;

  /// Behind forward(), where the worker was made for it: runs what of the body is left.
  virtual void backward() = 0;
  /// As the batch's inputs.
  virtual void store_input_grads(const BasicBatch<T>& batch, std::span<T> grads) const = 0;

  /// [place in sums], which shared node's fold stands there, or no_fold: the order in which this
  /// worker keeps them best. Empty: [shared].
  [[nodiscard]] virtual std::span<const std::uint32_t> sum_of() const { return {}; }
  static constexpr std::uint32_t no_fold = 0xFFFFFFFF;
  /// Behind backward(): carries the folds of the shared nodes on over the lanes, from the last to
  /// the first. sums as sum_of() says, 64-byte aligned.
  virtual void fold(std::span<T> sums) = 0;
  /// The folds of each lane alone, from +0. sums [lane][shared], all 0.
  virtual void fold_each(std::span<T> sums, std::size_t shared_count) = 0;
};

/// Makes workers for the bodies of the Programs that are loaded.
template <class T>
class BodyMaker {
public:
  virtual ~BodyMaker() = default;

  /// For names of executors: "x86-64-v4".
  [[nodiscard]] virtual std::string name() const = 0;
  /// Forgets what it has made. The Schedules are borrowed until the next call.
  virtual void load(std::span<const Schedule> schedules) = 0;
  /// Lanes that a worker runs at once.
  [[nodiscard]] virtual std::size_t sub_block() const = 0;
  /// Code for the uniform part of the Programs; null where there is none. Borrowed.
  [[nodiscard]] virtual const UniformCode<T>* uniform_code() const { return nullptr; }
  /// A worker for one thread, which borrows from this maker.
  [[nodiscard]] virtual std::unique_ptr<BodyWorker<T>> make(std::size_t program,
                                                            const StorageNeeds& needs) = 0;
};

}  // namespace levelgrad::host
