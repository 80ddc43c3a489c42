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

/// A row of lanes in shared memory has a pack more than lanes, so that the threads of a fold, who
/// read one pack of different slots, meet different banks.
template <class T>
__host__ __device__ constexpr std::uint32_t row_length(std::uint32_t tile) {
  return tile + pack_size<T>;
}

/// A warp, or less, for each group: a tile has at most so many lanes.
template <class T>
inline constexpr std::uint32_t most_lanes = 32 * pack_size<T>;
constexpr unsigned most_threads = 32 * body_groups;
template <class T>
unsigned threads_for(std::uint32_t tile) {
  return tile / pack_size<T> * body_groups;
}

/// Copies a table to shared memory, and moves on behind it.
template <class Row>
__device__ const Row* bring(const Row* rows, std::uint32_t count, unsigned char*& room) {
  Row* const to = reinterpret_cast<Row*>(room);
  for (std::uint32_t i = threadIdx.x; i < count; i += blockDim.x) to[i] = rows[i];
  room += (count * sizeof(Row) + 15) / 16 * 16;
  return to;
}

/// The same body, its tables in shared memory: table_bytes() of it.
__device__ BodyView bring_tables(const BodyView& body, unsigned char*& room) {
  BodyView own = body;
  own.forward.steps = bring(body.forward.steps, body.steps, room);
  own.backward.gathers = bring(body.backward.gathers, body.gathers, room);
  own.folds = bring(body.folds, body.folded, room);
  own.backward.terms =
      bring(body.backward.terms + body.first_term, body.terms, room) - body.first_term;
  own.backward.rests =
      bring(body.backward.rests + body.first_rest, body.rests, room) - body.first_rest;
  own.forward.ops = bring(body.forward.ops, body.steps, room);
  own.forward.level_begin = bring(body.forward.level_begin, body.forward.levels + 1, room);
  own.backward.level_begin = bring(body.backward.level_begin, body.backward.levels + 1, room);
  own.forward.waits = bring(body.forward.waits, body.forward.levels, room);
  own.backward.waits = bring(body.backward.waits, body.backward.levels, room);
  return own;
}

/// The uniform numbers that bodies read, each as a pack.
template <class T>
__device__ const T* bring_uniform(const T* numbers, std::uint32_t count, unsigned char*& room) {
  auto* const to = reinterpret_cast<Pack<T, pack_size<T>>*>(room);
  for (std::uint32_t i = threadIdx.x; i < count; i += blockDim.x) {
#pragma unroll
    for (int k = 0; k < pack_size<T>; ++k) to[i].lane[k] = numbers[i];
  }
  room += count * sizeof(Pack<T, pack_size<T>>);
  return to[0].lane;
}

/// The folds of a sub-block's lanes, carried on from the lanes above.
template <class Memory, class T>
__device__ void fold_sub_block(const BodyView& body, const FoldsView<T>& folds, std::size_t chunk,
                               bool starts, T* data, std::uint32_t stride, std::uint32_t lanes,
                               const T* uniform) {
  for (std::uint32_t fold = threadIdx.x; fold < body.folded; fold += blockDim.x) {
    T& total = folds.folds[chunk * folds.width + body.joins + fold];
    const T start = starts ? fold_start(folds, chunk, fold) : total;
    total = fold_lanes<Memory>(body.folds[fold], body.backward.terms, body.backward.rests, data,
                               stride, uniform, lanes, start);
  }
}

/// A block takes a chunk after the other; of each the highest lanes first, as many as fit.
template <class Memory, class T>
__device__ void walk_chunks(const BodyView& body, const LanesView<T>& view,
                            const FoldsView<T>& folds, bool runs_backward, std::uint32_t tile,
                            T* numbers) {
  constexpr std::uint32_t pack = pack_size<T>;
  const std::uint32_t packs = tile / pack;
  const std::uint32_t in_tile = threadIdx.x % packs * pack;
  const Turn turn = turn_of_body(packs);
  const Lanes<T, pack_size<T>, Memory> lanes = {numbers + in_tile, row_length<T>(tile),
                                                view.uniform};
  const std::uint32_t chunks = (view.count + chunk_lanes - 1) / chunk_lanes;
  for (std::uint32_t chunk = blockIdx.x; chunk < chunks; chunk += gridDim.x) {
    const std::uint32_t begin = chunk * chunk_lanes;
    const std::uint32_t count = min(view.count - begin, chunk_lanes);
    const std::uint32_t sub_blocks = (count + tile - 1) / tile;
    for (std::uint32_t sub = sub_blocks; sub-- > 0;) {
      const std::uint32_t first = begin + sub * tile;
      load_inputs(body, view, first + in_tile, turn, lanes);
      __syncthreads();
      walk_levels(body.forward, turn, lanes);
      store_results(body, view, first + in_tile, turn, lanes);
      __syncthreads();
      if (!runs_backward) continue;
      walk_levels(body.backward, turn, lanes);
      store_input_grads(body, view, first + in_tile, turn, lanes);
      fold_sub_block<Memory>(body, folds, chunk, sub + 1 == sub_blocks, numbers,
                             row_length<T>(tile), min(tile, count - sub * tile), view.uniform);
      __syncthreads();
    }
  }
}

/// tables_fit: into shared memory, before the lanes, with the uniform numbers that they name.
template <class T, bool tables_fit>
__global__ void __launch_bounds__(most_threads)
    persistent(const __grid_constant__ PersistentStep<T> step) {
  extern __shared__ __align__(16) unsigned char shared[];
  const auto grid = cooperative_groups::this_grid();
  const Share share = share_of_grid();
  for (std::uint32_t s = 0; s < step.stage_count; ++s) {
    const Stage<T>& stage = step.stages[s];
    FoldsView<T> folds = step.folds;
    folds.width = stage.width;
    switch (stage.kind) {
      case Stage<T>::Uniform:
        if (blockIdx.x == 0) run_uniform(step.uniform, stage.parts, step.numbers);
        break;
      case Stage<T>::Body: {
        unsigned char* room = shared;
        LanesView<T> lanes = step.lanes;
        if constexpr (tables_fit) {
          const BodyView body = bring_tables(step.body, room);
          lanes.uniform = bring_uniform(lanes.uniform, body.uniforms, room);
          __syncthreads();
          walk_chunks<AllShared>(body, lanes, folds, stage.parts == 1, step.tile,
                                 reinterpret_cast<T*>(room));
        } else {
          walk_chunks<LanesShared>(step.body, lanes, folds, stage.parts == 1, step.tile,
                                   reinterpret_cast<T*>(room));
        }
        break;
      }
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
inline constexpr unsigned walk_threads = walk_lanes / pack_size<T>* body_groups;

template <class T>
__global__ void __launch_bounds__(walk_threads<T>)
    walk(BodyView body, LanesView<T> view, bool runs_backward) {
  constexpr std::uint32_t packs = walk_lanes / pack_size<T>;
  const std::uint32_t first = blockIdx.x * walk_lanes + threadIdx.x % packs * pack_size<T>;
  const Turn turn = turn_of_body(packs);
  const Lanes<T, pack_size<T>> lanes = {view.data + first, view.stride, view.uniform};
  load_inputs(body, view, first, turn, lanes);
  __syncthreads();
  walk_levels(body.forward, turn, lanes);
  store_results(body, view, first, turn, lanes);
  __syncthreads();
  if (!runs_backward) return;
  walk_levels(body.backward, turn, lanes);
  store_input_grads(body, view, first, turn, lanes);
}

std::size_t attribute(cudaDeviceAttr name, int device) {
  int value = 0;
  LG_CUDA(cudaDeviceGetAttribute(&value, name, device));
  return static_cast<std::size_t>(value);
}

template <class T>
std::size_t lane_bytes(const BodyView& body, std::uint32_t tile) {
  return std::size_t{body.slots} * row_length<T>(tile) * sizeof(T);
}

template <class T>
std::size_t constant_bytes(const BodyView& body) {
  return table_bytes(body) + std::size_t{body.uniforms} * sizeof(Pack<T, pack_size<T>>);
}

/// What a block can have. A launch asks for 16 bytes at least, also for a body without numbers.
constexpr std::size_t least_bytes = 16;
std::size_t shared_limit(int device) {
  return attribute(cudaDevAttrMaxSharedMemoryPerBlockOptin, device) - least_bytes;
}

template <class T, bool tables_fit>
void launch(const PersistentStep<T>& step, int device, cudaStream_t stream) {
  const auto kernel = persistent<T, tables_fit>;
  const std::size_t bytes = least_bytes + lane_bytes<T>(step.body, step.tile) +
                            (tables_fit ? constant_bytes<T>(step.body) : 0);
  const unsigned threads = threads_for<T>(step.tile);
  // The most that any launch may ask for: the kernel has one such number, whoever launches it.
  LG_CUDA(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                               static_cast<int>(shared_limit(device) + least_bytes)));
  int resident = 0;
  LG_CUDA(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&resident, kernel,
                                                        static_cast<int>(threads), bytes));
  if (resident == 0) throw DeviceError("the persistent kernel does not fit a multiprocessor");
  const std::size_t most =
      static_cast<std::size_t>(resident) * attribute(cudaDevAttrMultiProcessorCount, device);
  const std::size_t chunks = chunk_count(step.lanes.count);
  const auto blocks = static_cast<unsigned>(std::clamp<std::size_t>(chunks, 1, most));
  PersistentStep<T> copy = step;
  void* arguments[] = {&copy};
  LG_CUDA(
      cudaLaunchCooperativeKernel(kernel, dim3(blocks), dim3(threads), arguments, bytes, stream));
}

}  // namespace

template <class T>
std::uint32_t persistent_tile(const BodyView& body, int device) {
  const std::size_t limit = shared_limit(device);
  for (const std::size_t tables : {constant_bytes<T>(body), std::size_t{0}}) {
    for (const std::uint32_t tile : {128u, 64u, 32u}) {
      if (tile > most_lanes<T>) continue;
      if (lane_bytes<T>(body, tile) + tables <= limit) return tile;
    }
  }
  return 0;
}

template <class T>
void launch_persistent(const PersistentStep<T>& step, int device, cudaStream_t stream) {
  const std::size_t needed = lane_bytes<T>(step.body, step.tile) + constant_bytes<T>(step.body);
  if (needed <= shared_limit(device)) {
    launch<T, true>(step, device, stream);
  } else {
    launch<T, false>(step, device, stream);
  }
}

template <class T>
void launch_walk(const BodyView& body, const LanesView<T>& lanes, bool runs_backward,
                 cudaStream_t stream) {
  const unsigned blocks = (lanes.count + walk_lanes - 1) / walk_lanes;
  walk<<<blocks, walk_threads<T>, 0, stream>>>(body, lanes, runs_backward);
  LG_CUDA(cudaGetLastError());
}

#define LG_INSTANTIATE(T)                                                       \
  template std::uint32_t persistent_tile<T>(const BodyView&, int);              \
  template void launch_persistent(const PersistentStep<T>&, int, cudaStream_t); \
  template void launch_walk(const BodyView&, const LanesView<T>&, bool, cudaStream_t);
LG_INSTANTIATE(float)
LG_INSTANTIATE(double)

}  // namespace levelgrad::cuda
