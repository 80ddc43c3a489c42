// SPDX-License-Identifier: MIT
//
// The kernels' launches, for code that g++ compiles. Asynchronous; errors are DeviceError.
#pragma once

#include <cuda_runtime_api.h>

#include "forest_view.h"
#include "views.h"

namespace levelgrad::cuda {

/// Levels of a body that one launch runs. Several are so narrow that each thread takes all rows of
/// its lanes; of a single one, threads share the rows.
struct LevelRun {
  std::uint32_t begin, end;
  std::uint32_t rows;  ///< of the widest level
};

template <class T>
void launch_load(const BodyView& body, const LanesView<T>& lanes, cudaStream_t stream);
template <class T>
void launch_forward(const BodyView& body, const LanesView<T>& lanes, LevelRun levels,
                    cudaStream_t stream);
template <class T>
void launch_store(const BodyView& body, const LanesView<T>& lanes, cudaStream_t stream);
template <class T>
void launch_backward(const BodyView& body, const LanesView<T>& lanes, LevelRun levels,
                     cudaStream_t stream);
template <class T>
void launch_store_input_grads(const BodyView& body, const LanesView<T>& lanes, cudaStream_t stream);

/// The joins' sums of each chunk. joined [join][row_length]
template <class T>
void launch_fold_joins(const T* joined, std::size_t row_length, std::uint32_t joins,
                       const FoldsView<T>& folds, cudaStream_t stream);
template <class T>
void launch_fold_grads(const BodyView& body, const LanesView<T>& lanes, const FoldsView<T>& folds,
                       cudaStream_t stream);
/// One round of the tree: rows [count][width] become [ceil(count / tree_arity)][width].
template <class T>
void launch_fold_rows(const T* rows, std::size_t count, std::uint32_t width, T* result,
                      cudaStream_t stream);
inline constexpr std::uint32_t tree_arity = 16;

/// parts: UniformParts.
template <class T>
void launch_uniform(const UniformView& uniform, std::uint32_t parts, T* numbers,
                    cudaStream_t stream);

/// All levels of a body by blocks that walk them, lane data in device memory.
template <class T>
void launch_walk(const BodyView& body, const LanesView<T>& lanes, bool backward,
                 cudaStream_t stream);

/// What the persistent kernel does one after the other, the whole grid waiting in between.
template <class T>
struct Stage {
  enum Kind : std::uint32_t { Uniform, Body, Joins, Tree };
  Kind kind;
  std::uint32_t parts;  ///< of Uniform; of Body: 1 where the pass runs backward too
  const T* in;          ///< of Tree
  T* out;
  std::size_t count;
  std::uint32_t width;  ///< of a chunk's row of folds
};

template <class T>
struct PersistentStep {
  static constexpr std::uint32_t most_stages = 24;
  UniformView uniform;
  BodyView body;
  LanesView<T> lanes;  ///< without data
  FoldsView<T> folds;
  T* numbers;          ///< the uniform ones
  std::uint32_t tile;  ///< lanes that a block has in shared memory at once
  std::uint32_t stage_count;
  Stage<T> stages[most_stages];
};

/// Lanes that a block can have in shared memory at once: 128, 64 or 32; 0: not even those.
template <class T>
[[nodiscard]] std::uint32_t persistent_tile(const BodyView& body, int device);
template <class T>
void launch_persistent(const PersistentStep<T>& step, int device, cudaStream_t stream);

}  // namespace levelgrad::cuda
