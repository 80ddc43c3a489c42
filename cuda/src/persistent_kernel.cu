// SPDX-License-Identifier: MIT
//
// The persistent strategy: blocks that stay and walk the levels of their lanes, whose numbers are
// in shared memory. One launch runs a whole batch.
#include <cooperative_groups.h>

#include "kernels.h"
#include "launch.cuh"
#include "stages.cuh"

namespace levelgrad::cuda {
namespace {

constexpr unsigned walk_threads = 256;

/// A row of lanes in shared memory has a pack more than lanes, so that the threads of a fold, who
/// read one lane of different slots, meet different banks.
template <class T>
__host__ __device__ constexpr std::uint32_t row_length(std::uint32_t tile) {
  return tile + pack_size<T>;
}

/// The folds of a sub-block's lanes, [begin, end) of the tile, carried on from the lanes above.
template <class T>
__device__ void fold_sub_block(const BodyView& body, const FoldsView<T>& folds, std::size_t chunk,
                               bool starts, const T* data, std::uint32_t stride,
                               std::uint32_t lanes, const T* uniform) {
  for (std::uint32_t fold = threadIdx.x; fold < body.folded; fold += blockDim.x) {
    T& total = folds.folds[chunk * folds.width + body.joins + fold];
    const Gather row = body.folds[fold];
    Pack<T, 1> sum = {{starts ? fold_start(folds, chunk, fold) : total}};
    for (std::uint32_t lane = lanes; lane-- > 0;) {
      const Lanes<T, 1> one = {const_cast<T*>(data) + lane, stride, uniform};
      sum = fold_of(row, body.backward.terms, body.backward.rests, one, sum);
    }
    total = sum.lane[0];
  }
}

/// A block takes a chunk after the other; of each the highest lanes first, as many as fit.
template <class T>
__device__ void walk_chunks(const BodyView& body, const LanesView<T>& view,
                            const FoldsView<T>& folds, bool runs_backward, std::uint32_t tile,
                            T* numbers) {
  constexpr std::uint32_t pack = pack_size<T>;
  const std::uint32_t packs = tile / pack;
  const std::uint32_t in_tile = threadIdx.x % packs * pack;
  const Turn turn = {threadIdx.x / packs, blockDim.x / packs};
  const Lanes<T, pack_size<T>> lanes = {numbers + in_tile, row_length<T>(tile), view.uniform};
  const std::uint32_t chunks = (view.count + chunk_lanes - 1) / chunk_lanes;
  for (std::uint32_t chunk = blockIdx.x; chunk < chunks; chunk += gridDim.x) {
    const std::uint32_t begin = chunk * chunk_lanes;
    const std::uint32_t count = min(view.count - begin, chunk_lanes);
    const std::uint32_t sub_blocks = (count + tile - 1) / tile;
    for (std::uint32_t sub = sub_blocks; sub-- > 0;) {
      const std::uint32_t first = begin + sub * tile;
      load_inputs(body, view, first + in_tile, turn, lanes);
      __syncthreads();
      walk_levels(body.forward, packs, lanes);
      store_results(body, view, first + in_tile, turn, lanes);
      __syncthreads();
      if (!runs_backward) continue;
      walk_levels(body.backward, packs, lanes);
      store_input_grads(body, view, first + in_tile, turn, lanes);
      fold_sub_block(body, folds, chunk, sub + 1 == sub_blocks, numbers, row_length<T>(tile),
                     min(tile, count - sub * tile), view.uniform);
      __syncthreads();
    }
  }
}

template <class T>
__global__ void __launch_bounds__(walk_threads) persistent(const PersistentStep<T> step) {
  extern __shared__ double shared[];
  const auto grid = cooperative_groups::this_grid();
  const Share share = {std::size_t(blockIdx.x) * blockDim.x + threadIdx.x,
                       std::size_t(gridDim.x) * blockDim.x};
  for (std::uint32_t s = 0; s < step.stage_count; ++s) {
    const Stage<T>& stage = step.stages[s];
    FoldsView<T> folds = step.folds;
    folds.width = stage.width;
    switch (stage.kind) {
      case Stage<T>::Uniform:
        if (blockIdx.x == 0) run_uniform(step.uniform, stage.parts, step.numbers);
        break;
      case Stage<T>::Body:
        walk_chunks(step.body, step.lanes, folds, stage.parts == 1, step.tile,
                    reinterpret_cast<T*>(shared));
        break;
      case Stage<T>::Joins:
        fold_joins(step.lanes.joined, step.lanes.places, step.body.joins, folds, share);
        break;
      case Stage<T>::Tree:
        fold_rows(stage.in, stage.count, stage.width, stage.out, share);
        break;
    }
    if (s + 1 < step.stage_count) grid.sync();
  }
}

/// Blocks of 32 lanes whose numbers are in device memory.
constexpr std::uint32_t walk_lanes = lane_pad;

template <class T>
__global__ void __launch_bounds__(walk_threads)
    walk(BodyView body, LanesView<T> view, bool runs_backward) {
  constexpr std::uint32_t packs = walk_lanes / pack_size<T>;
  const std::uint32_t first = blockIdx.x * walk_lanes + threadIdx.x % packs * pack_size<T>;
  const Turn turn = {threadIdx.x / packs, blockDim.x / packs};
  const Lanes<T, pack_size<T>> lanes = {view.data + first, view.stride, view.uniform};
  load_inputs(body, view, first, turn, lanes);
  __syncthreads();
  walk_levels(body.forward, packs, lanes);
  store_results(body, view, first, turn, lanes);
  __syncthreads();
  if (!runs_backward) return;
  walk_levels(body.backward, packs, lanes);
  store_input_grads(body, view, first, turn, lanes);
}

int attribute(cudaDeviceAttr name, int device) {
  int value = 0;
  LG_CUDA(cudaDeviceGetAttribute(&value, name, device));
  return value;
}

template <class T>
std::size_t shared_bytes(std::size_t slots, std::uint32_t tile) {
  return slots * row_length<T>(tile) * sizeof(T);
}

}  // namespace

template <class T>
std::uint32_t persistent_tile(std::size_t slots, std::size_t chunks, int device) {
  const auto block =
      static_cast<std::size_t>(attribute(cudaDevAttrMaxSharedMemoryPerBlockOptin, device));
  const auto multiprocessor =
      static_cast<std::size_t>(attribute(cudaDevAttrMaxSharedMemoryPerMultiprocessor, device));
  const auto multiprocessors =
      static_cast<std::size_t>(attribute(cudaDevAttrMultiProcessorCount, device));
  // A full chunk where every chunk has a multiprocessor of its own; where they queue, smaller
  // tiles, so that some blocks compute while others wait at a barrier.
  const std::size_t room = chunks <= multiprocessors ? block : std::min(block, multiprocessor / 3);
  for (const std::uint32_t tile : {128u, 64u, 32u}) {
    const std::size_t limit = tile == 32 ? block : room;
    if (shared_bytes<T>(slots, tile) <= limit) return tile;
  }
  return 0;
}

template <class T>
void launch_persistent(const PersistentStep<T>& step, std::size_t slots, int device,
                       cudaStream_t stream) {
  const std::size_t bytes = std::max<std::size_t>(shared_bytes<T>(slots, step.tile), 16);
  LG_CUDA(cudaFuncSetAttribute(persistent<T>, cudaFuncAttributeMaxDynamicSharedMemorySize,
                               static_cast<int>(bytes)));
  int resident = 0;
  LG_CUDA(
      cudaOccupancyMaxActiveBlocksPerMultiprocessor(&resident, persistent<T>, walk_threads, bytes));
  const std::size_t most =
      static_cast<std::size_t>(resident) *
      static_cast<std::size_t>(attribute(cudaDevAttrMultiProcessorCount, device));
  const std::size_t chunks = chunk_count(step.lanes.count);
  const auto blocks = static_cast<unsigned>(std::clamp<std::size_t>(chunks, 1, most));
  PersistentStep<T> copy = step;
  void* arguments[] = {&copy};
  LG_CUDA(cudaLaunchCooperativeKernel(persistent<T>, dim3(blocks), dim3(walk_threads), arguments,
                                      bytes, stream));
}

template <class T>
void launch_walk(const BodyView& body, const LanesView<T>& lanes, bool runs_backward,
                 cudaStream_t stream) {
  const unsigned blocks = (lanes.count + walk_lanes - 1) / walk_lanes;
  walk<<<blocks, walk_threads, 0, stream>>>(body, lanes, runs_backward);
  LG_CUDA(cudaGetLastError());
}

#define LG_INSTANTIATE(T)                                                                    \
  template std::uint32_t persistent_tile<T>(std::size_t, std::size_t, int);                  \
  template void launch_persistent(const PersistentStep<T>&, std::size_t, int, cudaStream_t); \
  template void launch_walk(const BodyView&, const LanesView<T>&, bool, cudaStream_t);
LG_INSTANTIATE(float)
LG_INSTANTIATE(double)

}  // namespace levelgrad::cuda
