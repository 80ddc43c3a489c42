// SPDX-License-Identifier: MIT
//
// The stages of a batch as device functions. A kernel of its own runs each, or one kernel runs all
// of them with barriers in between: the work and its order are the same.
#pragma once

#include "kernels.h"
#include "lane_code.cuh"
#include "levelgrad/batch_order.h"

namespace levelgrad::cuda {

inline constexpr std::uint32_t chunk_lanes = static_cast<std::uint32_t>(chunk_size);

/// A thread among those that share a stage.
struct Share {
  std::size_t rank, size;
};

/// All threads of the grid share it.
__device__ inline Share share_of_grid() {
  return {std::size_t(blockIdx.x) * blockDim.x + threadIdx.x, std::size_t(gridDim.x) * blockDim.x};
}

// --- Lanes
// -----------------------------------------------------------------------------------------

/// Puts the inputs of a thread's lanes into their slots. first: its first lane, of the batch's
/// lanes. Lanes behind the last get 0, so that no number is ever undefined.
template <class T, int K, class Memory>
__device__ void load_inputs(const BodyView& body, const LanesView<T>& view, std::uint32_t first,
                            Turn turn, const Lanes<T, K, Memory>& lanes) {
  for (std::uint32_t input = turn.first; input < body.inputs; input += turn.step) {
    const Ref slot = body.input[input];
    if (slot == no_slot) continue;
    Pack<T, K> numbers{};
#pragma unroll
    for (int k = 0; k < K; ++k) {
      const std::uint32_t lane = first + static_cast<std::uint32_t>(k);
      if (lane >= view.count) continue;
      const std::size_t place = view.place == nullptr ? lane : view.place[lane];
      const std::size_t row = view.rows.row_of == nullptr ? place : view.rows.row_of[place];
      numbers.lane[k] = view.rows.numbers[row * view.rows.row_step + input * view.rows.input_step];
    }
    lanes.store(slot, numbers);
  }
}

/// Copies a number of a thread's lanes to their places in a row of results.
template <class T, int K>
__device__ void copy_out(const Pack<T, K>& numbers, const LanesView<T>& view, std::uint32_t first,
                         T* row) {
#pragma unroll
  for (int k = 0; k < K; ++k) {
    const std::uint32_t lane = first + static_cast<std::uint32_t>(k);
    if (lane < view.count) row[view.place == nullptr ? lane : view.place[lane]] = numbers.lane[k];
  }
}

/// Behind forward: what joins read, and outputs.
template <class T, int K, class Memory>
__device__ void store_results(const BodyView& body, const LanesView<T>& view, std::uint32_t first,
                              Turn turn, const Lanes<T, K, Memory>& lanes) {
  const std::uint32_t outputs = view.outputs == nullptr ? 0 : body.outputs;
  for (std::uint32_t i = turn.first; i < body.joins + outputs; i += turn.step) {
    const bool joins = i < body.joins;
    const std::uint32_t k = joins ? i : i - body.joins;
    const Ref slot = joins ? body.joined[k] : body.output[k];
    if (slot == no_slot) continue;
    copy_out(lanes.load(slot), view, first, (joins ? view.joined : view.outputs) + k * view.places);
  }
}

/// Behind backward. An input whose grad is not computed has the grad 0.
template <class T, int K, class Memory>
__device__ void store_input_grads(const BodyView& body, const LanesView<T>& view,
                                  std::uint32_t first, Turn turn,
                                  const Lanes<T, K, Memory>& lanes) {
  if (view.input_grads == nullptr) return;
  for (std::uint32_t input = turn.first; input < body.inputs; input += turn.step) {
    const Ref slot = body.input_grad[input];
    const Pack<T, K> grads = slot == no_slot ? Pack<T, K>{} : lanes.load(slot);
    copy_out(grads, view, first, view.input_grads + input * view.places);
  }
}

// --- Folds
// -----------------------------------------------------------------------------------------

/// The sums of joins over each chunk: ascending, from 0.
template <class T>
__device__ void fold_joins(const T* joined, std::size_t row_length, std::uint32_t joins,
                           const FoldsView<T>& view, Share share) {
  const std::size_t chunks = (view.places + chunk_lanes - 1) / chunk_lanes;
  for (std::size_t i = share.rank; i < chunks * joins; i += share.size) {
    const std::size_t chunk = i / joins, join = i % joins;
    const std::size_t begin = chunk * chunk_lanes;
    const std::size_t end = min(begin + chunk_lanes, static_cast<std::size_t>(view.places));
    T sum = 0;
    for (std::size_t place = begin; place < end; ++place) {
      sum = sum + joined[join * row_length + place];
    }
    view.folds[chunk * view.width + join] = sum;
  }
}

/// Where the fold of a chunk starts: the batch's last one goes on from what the epilogue left.
template <class T>
__device__ T fold_start(const FoldsView<T>& view, std::size_t chunk, std::uint32_t fold) {
  const std::size_t chunks = (view.places + chunk_lanes - 1) / chunk_lanes;
  return view.last && chunk + 1 == chunks ? view.left[view.left_of[fold]] : T(0);
}

/// The grads of shared nodes over each chunk of a tile whose examples all have one Program: from
/// the last lane to the first.
template <class T>
__device__ void fold_grads(const BodyView& body, const LanesView<T>& lanes,
                           const FoldsView<T>& view, Share share) {
  const std::size_t chunks = (view.places + chunk_lanes - 1) / chunk_lanes;
  for (std::size_t i = share.rank; i < chunks * body.folded; i += share.size) {
    const std::size_t chunk = i / body.folded;
    const auto fold = static_cast<std::uint32_t>(i % body.folded);
    const std::size_t begin = chunk * chunk_lanes;
    const auto count = static_cast<std::uint32_t>(
        min(std::size_t{chunk_lanes}, static_cast<std::size_t>(view.places) - begin));
    view.folds[chunk * view.width + body.joins + fold] = fold_lanes<InDeviceMemory>(
        body.folds[fold], body.backward.terms, body.backward.rests, lanes.data + begin,
        lanes.stride, lanes.uniform, count, fold_start(view, chunk, fold));
  }
}

/// One round of the tree over rows [count][width]: 16 of them become one.
template <class T>
__device__ void fold_rows(const T* rows, std::size_t count, std::uint32_t width, T* result,
                          Share share) {
  const std::size_t groups = (count + tree_arity - 1) / tree_arity;
  for (std::size_t i = share.rank; i < groups * width; i += share.size) {
    const std::size_t group = i / width, column = i % width;
    const std::size_t first = group * tree_arity;
    T sum[tree_arity];
#pragma unroll
    for (std::uint32_t k = 0; k < tree_arity; ++k) {
      if (first + k < count) sum[k] = rows[(first + k) * width + column];
    }
#pragma unroll
    for (std::uint32_t half = 1; half < tree_arity; half *= 2) {
#pragma unroll
      for (std::uint32_t k = 0; k + half < tree_arity; k += 2 * half) {
        if (first + k + half < count) sum[k] = sum[k] + sum[k + half];
      }
    }
    result[group * width + column] = sum[0];
  }
}

// --- Blocks
// ----------------------------------------------------------------------------------------

/// Walks all levels of a table with threads of a block, in turns as waits_of() knows them. wait()
/// is a barrier for those threads.
template <class Table, class T, int K, class Memory, class Wait>
__device__ void walk_levels(const Table& table, Turn turn, const Lanes<T, K, Memory>& lanes,
                            Wait wait) {
  for (std::uint32_t level = 0; level < table.levels; ++level) {
    if (table.waits[level] != 0) wait();
    run_level(table, level, turn, lanes);
  }
  wait();
}

/// All threads of the block walk.
template <class Table, class T, int K, class Memory>
__device__ void walk_levels(const Table& table, Turn turn, const Lanes<T, K, Memory>& lanes) {
  walk_levels(table, turn, lanes, [] { __syncthreads(); });
}

/// The turns of the threads that share a body's rows, packs of them to a row.
__device__ inline Turn turn_of_body(std::uint32_t packs) {
  return {threadIdx.x / packs, body_groups};
}

/// Prologue and epilogue by the first threads of one block.
template <class T>
__device__ void run_uniform(const UniformView& view, std::uint32_t parts, T* numbers) {
  if (threadIdx.x >= uniform_groups) return;
  const Lanes<T, 1> lanes = {numbers, 1, numbers};
  const Turn turn = {threadIdx.x, uniform_groups};
  const auto wait = [] { __barrier_sync_count(1, uniform_groups); };
  if (parts & prologue_forward_part) walk_levels(view.prologue, turn, lanes, wait);
  if (parts & epilogue_forward_part) walk_levels(view.epilogue, turn, lanes, wait);
  if (parts & epilogue_backward_part) walk_levels(view.epilogue_back, turn, lanes, wait);
  if (parts & prologue_backward_part) walk_levels(view.prologue_back, turn, lanes, wait);
}

}  // namespace levelgrad::cuda
