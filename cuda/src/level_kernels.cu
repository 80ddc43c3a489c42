// SPDX-License-Identifier: MIT
//
// The strategy of a launch for each level: a kernel for every stage.
#include "kernels.h"
#include "launch.cuh"
#include "stages.cuh"

namespace levelgrad::cuda {
namespace {

/// Threads in x take packs of lanes, threads in y rows.
template <class T>
struct Place {
  std::uint32_t first;  ///< lane
  Turn turn;

  __device__ Place()
      : first((blockIdx.x * blockDim.x + threadIdx.x) * pack_size<T>),
        turn{blockIdx.y * blockDim.y + threadIdx.y, gridDim.y * blockDim.y} {}

  __device__ Lanes<T, pack_size<T>> lanes(const LanesView<T>& view) const {
    return {view.data + first, view.stride, view.uniform};
  }
};

struct Shape {
  dim3 grid, block;
};

/// A launch for all packs of the lanes and, if need be in turns, for the rows. A thread that must
/// see all rows of its lanes has the rows to itself: rows is 1.
template <class T>
Shape shape_for(std::uint32_t count, std::uint32_t rows) {
  const unsigned packs = (count + pack_size<T> - 1) / pack_size<T>;
  unsigned x = 8;
  while (x < packs && x < block_threads) x *= 2;
  const unsigned y = rows == 1 ? 1 : block_threads / x;
  constexpr unsigned most_y = 65535;
  return {dim3((packs + x - 1) / x, std::clamp((rows + y - 1) / y, 1u, most_y)), dim3(x, y)};
}

template <class T>
__global__ void __launch_bounds__(block_threads) load(BodyView body, LanesView<T> view) {
  const Place<T> place;
  if (place.first >= view.count) return;
  load_inputs(body, view, place.first, place.turn, place.lanes(view));
}

template <class T>
__global__ void __launch_bounds__(block_threads)
    forward(BodyView body, LanesView<T> view, LevelRun levels) {
  const Place<T> place;
  if (place.first >= view.count) return;
  for (std::uint32_t level = levels.begin; level < levels.end; ++level) {
    run_level(body.forward, level, place.turn, place.lanes(view));
  }
}

template <class T>
__global__ void __launch_bounds__(block_threads) store(BodyView body, LanesView<T> view) {
  const Place<T> place;
  if (place.first >= view.count) return;
  store_results(body, view, place.first, place.turn, place.lanes(view));
}

template <class T>
__global__ void __launch_bounds__(block_threads)
    backward(BodyView body, LanesView<T> view, LevelRun levels) {
  const Place<T> place;
  if (place.first >= view.count) return;
  for (std::uint32_t level = levels.begin; level < levels.end; ++level) {
    run_level(body.backward, level, place.turn, place.lanes(view));
  }
}

template <class T>
__global__ void __launch_bounds__(block_threads) input_grads(BodyView body, LanesView<T> view) {
  const Place<T> place;
  if (place.first >= view.count) return;
  store_input_grads(body, view, place.first, place.turn, place.lanes(view));
}

template <class T>
__global__ void __launch_bounds__(block_threads)
    joins(const T* joined, std::size_t row_length, std::uint32_t count, FoldsView<T> folds) {
  fold_joins(joined, row_length, count, folds, share_of_grid());
}

template <class T>
__global__ void __launch_bounds__(block_threads)
    grads(BodyView body, LanesView<T> view, FoldsView<T> folds) {
  fold_grads(body, view, folds, share_of_grid());
}

template <class T>
__global__ void __launch_bounds__(block_threads)
    rows(const T* in, std::size_t count, std::uint32_t width, T* result) {
  fold_rows(in, count, width, result, share_of_grid());
}

template <class T>
__global__ void __launch_bounds__(uniform_groups)
    uniform(UniformView view, std::uint32_t parts, T* numbers) {
  run_uniform(view, parts, numbers);
}

/// Levels of one launch are dependent where there are several: then rows are not shared.
std::uint32_t shared_rows(LevelRun levels) {
  return levels.end - levels.begin > 1 ? 1 : levels.rows;
}

}  // namespace

template <class T>
void launch_load(const BodyView& body, const LanesView<T>& lanes, cudaStream_t stream) {
  const Shape shape = shape_for<T>(lanes.count, body.inputs);
  load<<<shape.grid, shape.block, 0, stream>>>(body, lanes);
  LG_CUDA(cudaGetLastError());
}

template <class T>
void launch_forward(const BodyView& body, const LanesView<T>& lanes, LevelRun levels,
                    cudaStream_t stream) {
  const Shape shape = shape_for<T>(lanes.count, shared_rows(levels));
  forward<<<shape.grid, shape.block, 0, stream>>>(body, lanes, levels);
  LG_CUDA(cudaGetLastError());
}

template <class T>
void launch_store(const BodyView& body, const LanesView<T>& lanes, cudaStream_t stream) {
  const Shape shape = shape_for<T>(lanes.count, body.joins + body.outputs);
  store<<<shape.grid, shape.block, 0, stream>>>(body, lanes);
  LG_CUDA(cudaGetLastError());
}

template <class T>
void launch_backward(const BodyView& body, const LanesView<T>& lanes, LevelRun levels,
                     cudaStream_t stream) {
  const Shape shape = shape_for<T>(lanes.count, shared_rows(levels));
  backward<<<shape.grid, shape.block, 0, stream>>>(body, lanes, levels);
  LG_CUDA(cudaGetLastError());
}

template <class T>
void launch_store_input_grads(const BodyView& body, const LanesView<T>& lanes,
                              cudaStream_t stream) {
  const Shape shape = shape_for<T>(lanes.count, body.inputs);
  input_grads<<<shape.grid, shape.block, 0, stream>>>(body, lanes);
  LG_CUDA(cudaGetLastError());
}

template <class T>
void launch_fold_joins(const T* joined, std::size_t row_length, std::uint32_t count,
                       const FoldsView<T>& folds, cudaStream_t stream) {
  const std::size_t chunks = chunk_count(folds.places);
  joins<<<grid_for(chunks * count), block_threads, 0, stream>>>(joined, row_length, count, folds);
  LG_CUDA(cudaGetLastError());
}

template <class T>
void launch_fold_grads(const BodyView& body, const LanesView<T>& lanes, const FoldsView<T>& folds,
                       cudaStream_t stream) {
  const std::size_t chunks = chunk_count(folds.places);
  grads<<<grid_for(chunks * body.folded), block_threads, 0, stream>>>(body, lanes, folds);
  LG_CUDA(cudaGetLastError());
}

template <class T>
void launch_fold_rows(const T* in, std::size_t count, std::uint32_t width, T* result,
                      cudaStream_t stream) {
  const std::size_t groups = (count + tree_arity - 1) / tree_arity;
  rows<<<grid_for(groups * width), block_threads, 0, stream>>>(in, count, width, result);
  LG_CUDA(cudaGetLastError());
}

template <class T>
void launch_uniform(const UniformView& view, std::uint32_t parts, T* numbers, cudaStream_t stream) {
  uniform<<<1, uniform_groups, 0, stream>>>(view, parts, numbers);
  LG_CUDA(cudaGetLastError());
}

#define LG_INSTANTIATE(T)                                                                      \
  template void launch_load(const BodyView&, const LanesView<T>&, cudaStream_t);               \
  template void launch_forward(const BodyView&, const LanesView<T>&, LevelRun, cudaStream_t);  \
  template void launch_store(const BodyView&, const LanesView<T>&, cudaStream_t);              \
  template void launch_backward(const BodyView&, const LanesView<T>&, LevelRun, cudaStream_t); \
  template void launch_store_input_grads(const BodyView&, const LanesView<T>&, cudaStream_t);  \
  template void launch_fold_joins(const T*, std::size_t, std::uint32_t, const FoldsView<T>&,   \
                                  cudaStream_t);                                               \
  template void launch_fold_grads(const BodyView&, const LanesView<T>&, const FoldsView<T>&,   \
                                  cudaStream_t);                                               \
  template void launch_fold_rows(const T*, std::size_t, std::uint32_t, T*, cudaStream_t);      \
  template void launch_uniform(const UniformView&, std::uint32_t, T*, cudaStream_t);
LG_INSTANTIATE(float)
LG_INSTANTIATE(double)

}  // namespace levelgrad::cuda
