// SPDX-License-Identifier: MIT
//
// Examples whose graphs differ: the levels of a forest, and the folds over a mixed chunk.
#include <cooperative_groups.h>

#include "forest_kernels.h"
#include "launch.cuh"
#include "stages.cuh"

namespace levelgrad::cuda {
namespace {

/// A tree's numbers stand side by side.
template <class T>
__device__ Lanes<T, 1> lane_of(const ForestView<T>& forest, std::uint32_t lane) {
  return {forest.lanes.data + forest.first[lane], 1, forest.lanes.uniform};
}

template <class T>
__device__ void run_forward(const ForestView<T>& forest, std::uint32_t begin, std::uint32_t end,
                            Share share) {
  for (std::size_t i = begin + share.rank; i < end; i += share.size) {
    const ForestItem item = forest.forward.items[i];
    const Lanes<T, 1> lane = lane_of(forest, item.lane);
    const Step step = forest.programs.steps[item.row];
    lane.store(step.result, value_of(forest.programs.ops[item.row], step, lane));
  }
}

template <class T>
__device__ void run_backward(const ForestView<T>& forest, std::uint32_t begin, std::uint32_t end,
                             Share share) {
  for (std::size_t i = begin + share.rank; i < end; i += share.size) {
    const ForestItem item = forest.backward.items[i];
    const Lanes<T, 1> lane = lane_of(forest, item.lane);
    const Gather row = forest.programs.gathers[item.row];
    lane.store(row.result,
               fold_of(row, forest.programs.terms, forest.programs.rests, lane, Pack<T, 1>{}));
  }
}

/// Calls f(body, first, turn, lane): the stages of inputs and results, a thread to a lane.
template <class T, class F>
__device__ void for_each_lane(const ForestView<T>& forest, Share share, const F& f) {
  for (std::size_t i = share.rank; i < forest.lanes.count; i += share.size) {
    const auto lane = static_cast<std::uint32_t>(i);
    f(forest.programs.bodies[forest.program[lane]], lane, Turn{0, 1}, lane_of(forest, lane));
  }
}

template <class T>
__device__ void load_all(const ForestView<T>& forest, Share share) {
  for_each_lane(forest, share,
                [&](const BodyView& body, std::uint32_t first, Turn turn, auto lane) {
                  load_inputs(body, forest.lanes, first, turn, lane);
                });
}

template <class T>
__device__ void store_all(const ForestView<T>& forest, Share share) {
  for_each_lane(forest, share,
                [&](const BodyView& body, std::uint32_t first, Turn turn, auto lane) {
                  store_results(body, forest.lanes, first, turn, lane);
                });
}

template <class T>
__device__ void store_all_input_grads(const ForestView<T>& forest, Share share) {
  for_each_lane(forest, share,
                [&](const BodyView& body, std::uint32_t first, Turn turn, auto lane) {
                  store_input_grads(body, forest.lanes, first, turn, lane);
                });
}

template <class T>
__global__ void __launch_bounds__(block_threads) load(ForestView<T> forest) {
  load_all(forest, share_of_grid());
}
template <class T>
__global__ void __launch_bounds__(block_threads)
    forward(ForestView<T> forest, std::uint32_t begin, std::uint32_t end) {
  run_forward(forest, begin, end, share_of_grid());
}
template <class T>
__global__ void __launch_bounds__(block_threads) store(ForestView<T> forest) {
  store_all(forest, share_of_grid());
}
template <class T>
__global__ void __launch_bounds__(block_threads)
    backward(ForestView<T> forest, std::uint32_t begin, std::uint32_t end) {
  run_backward(forest, begin, end, share_of_grid());
}
template <class T>
__global__ void __launch_bounds__(block_threads) input_grads(ForestView<T> forest) {
  store_all_input_grads(forest, share_of_grid());
}

template <class T>
__global__ void __launch_bounds__(block_threads) walk(ForestView<T> forest, bool runs_backward) {
  const auto grid = cooperative_groups::this_grid();
  const Share share = share_of_grid();
  load_all(forest, share);
  grid.sync();
  for (std::uint32_t level = 0; level < forest.forward.levels; ++level) {
    run_forward(forest, forest.forward.begin[level], forest.forward.begin[level + 1], share);
    grid.sync();
  }
  store_all(forest, share);
  if (!runs_backward) return;
  grid.sync();
  for (std::uint32_t level = 0; level < forest.backward.levels; ++level) {
    run_backward(forest, forest.backward.begin[level], forest.backward.begin[level + 1], share);
    grid.sync();
  }
  store_all_input_grads(forest, share);
}

/// An example's contributions to a shared node.
template <class T>
__device__ T add_example(const MixedView<T>& mixed, const LanePlace& at, std::uint32_t fold,
                         T sum) {
  const Gather row = mixed.programs.bodies[at.program].folds[fold];
  const Lanes<T, 1> lane = {mixed.data + at.first, at.stride, mixed.uniform};
  return fold_of(row, mixed.programs.terms, mixed.programs.rests, lane, Pack<T, 1>{{sum}}).lane[0];
}

template <class T>
__global__ void __launch_bounds__(block_threads)
    fold_mixed(MixedView<T> mixed, std::uint32_t folded, std::uint32_t joins, FoldsView<T> folds) {
  const Share share = share_of_grid();
  const std::size_t chunks = (folds.places + chunk_lanes - 1) / chunk_lanes;
  for (std::size_t i = share.rank; i < chunks * folded; i += share.size) {
    const std::size_t chunk = i / folded;
    const auto fold = static_cast<std::uint32_t>(i % folded);
    const std::size_t begin = chunk * chunk_lanes;
    T sum = fold_start(folds, chunk, fold);
    for (std::size_t place = min(begin + chunk_lanes, static_cast<std::size_t>(folds.places));
         place-- > begin;) {
      sum = add_example(mixed, mixed.lanes[place], fold, sum);
    }
    folds.folds[chunk * folds.width + joins + fold] = sum;
  }
}

template <class T>
__global__ void __launch_bounds__(block_threads)
    fold_examples(MixedView<T> mixed, std::uint32_t program, std::uint32_t folded,
                  std::size_t places, T* folds, std::size_t row_length) {
  const Share share = share_of_grid();
  for (std::size_t i = share.rank; i < folded * row_length; i += share.size) {
    const auto fold = static_cast<std::uint32_t>(i / row_length);
    const std::size_t place = i % row_length;
    if (place >= places) {
      folds[i] = T(0);
    } else if (mixed.lanes == nullptr) {
      folds[i] = add_example(mixed, {place, static_cast<std::uint32_t>(mixed.stride), program},
                             fold, T(0));
    } else {
      folds[i] = add_example(mixed, mixed.lanes[place], fold, T(0));
    }
  }
}

template <class T>
__global__ void __launch_bounds__(block_threads)
    turn_rows(const T* rows, std::size_t row_length, std::size_t count, std::size_t places,
              T* turned) {
  const Share share = share_of_grid();
  for (std::size_t i = share.rank; i < count * places; i += share.size) {
    turned[i] = rows[i % count * row_length + i / count];
  }
}

}  // namespace

template <class T>
void launch_forest_load(const ForestView<T>& forest, cudaStream_t stream) {
  load<<<grid_for(forest.lanes.count), block_threads, 0, stream>>>(forest);
  LG_CUDA(cudaGetLastError());
}

template <class T>
void launch_forest_forward(const ForestView<T>& forest, std::uint32_t begin, std::uint32_t end,
                           cudaStream_t stream) {
  forward<<<grid_for(end - begin), block_threads, 0, stream>>>(forest, begin, end);
  LG_CUDA(cudaGetLastError());
}

template <class T>
void launch_forest_store(const ForestView<T>& forest, cudaStream_t stream) {
  store<<<grid_for(forest.lanes.count), block_threads, 0, stream>>>(forest);
  LG_CUDA(cudaGetLastError());
}

template <class T>
void launch_forest_backward(const ForestView<T>& forest, std::uint32_t begin, std::uint32_t end,
                            cudaStream_t stream) {
  backward<<<grid_for(end - begin), block_threads, 0, stream>>>(forest, begin, end);
  LG_CUDA(cudaGetLastError());
}

template <class T>
void launch_forest_store_input_grads(const ForestView<T>& forest, cudaStream_t stream) {
  input_grads<<<grid_for(forest.lanes.count), block_threads, 0, stream>>>(forest);
  LG_CUDA(cudaGetLastError());
}

template <class T>
void launch_forest_walk(const ForestView<T>& forest, bool runs_backward, int device,
                        cudaStream_t stream) {
  int resident = 0, multiprocessors = 0;
  LG_CUDA(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&resident, walk<T>, block_threads, 0));
  LG_CUDA(cudaDeviceGetAttribute(&multiprocessors, cudaDevAttrMultiProcessorCount, device));
  // Two blocks of each multiprocessor hide latency; more only wait longer for each other.
  const auto most = static_cast<unsigned>(std::min(resident, 2) * multiprocessors);
  const unsigned wanted = (forest.lanes.count + 15) / 16;
  ForestView<T> copy = forest;
  void* arguments[] = {&copy, &runs_backward};
  LG_CUDA(cudaLaunchCooperativeKernel(walk<T>, dim3(std::clamp(wanted, 1u, most)),
                                      dim3(block_threads), arguments, 0, stream));
}

template <class T>
void launch_fold_mixed(const MixedView<T>& mixed, std::uint32_t folded, std::uint32_t joins,
                       const FoldsView<T>& folds, cudaStream_t stream) {
  const std::size_t chunks = chunk_count(folds.places);
  fold_mixed<<<grid_for(chunks * folded), block_threads, 0, stream>>>(mixed, folded, joins, folds);
  LG_CUDA(cudaGetLastError());
}

template <class T>
void launch_fold_examples(const MixedView<T>& mixed, std::uint32_t program, std::uint32_t folded,
                          std::size_t places, T* folds, std::size_t row_length,
                          cudaStream_t stream) {
  fold_examples<<<grid_for(folded * row_length), block_threads, 0, stream>>>(
      mixed, program, folded, places, folds, row_length);
  LG_CUDA(cudaGetLastError());
}

template <class T>
void launch_turn(const T* rows, std::size_t row_length, std::size_t count, std::size_t places,
                 T* turned, cudaStream_t stream) {
  turn_rows<<<grid_for(count * places), block_threads, 0, stream>>>(rows, row_length, count, places,
                                                                    turned);
  LG_CUDA(cudaGetLastError());
}

#define LG_INSTANTIATE(T)                                                                  \
  template void launch_forest_load(const ForestView<T>&, cudaStream_t);                    \
  template void launch_forest_forward(const ForestView<T>&, std::uint32_t, std::uint32_t,  \
                                      cudaStream_t);                                       \
  template void launch_forest_store(const ForestView<T>&, cudaStream_t);                   \
  template void launch_forest_backward(const ForestView<T>&, std::uint32_t, std::uint32_t, \
                                       cudaStream_t);                                      \
  template void launch_forest_store_input_grads(const ForestView<T>&, cudaStream_t);       \
  template void launch_forest_walk(const ForestView<T>&, bool, int, cudaStream_t);         \
  template void launch_fold_mixed(const MixedView<T>&, std::uint32_t, std::uint32_t,       \
                                  const FoldsView<T>&, cudaStream_t);                      \
  template void launch_fold_examples(const MixedView<T>&, std::uint32_t, std::uint32_t,    \
                                     std::size_t, T*, std::size_t, cudaStream_t);          \
  template void launch_turn(const T*, std::size_t, std::size_t, std::size_t, T*, cudaStream_t);
LG_INSTANTIATE(float)
LG_INSTANTIATE(double)

}  // namespace levelgrad::cuda
