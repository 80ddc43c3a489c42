// SPDX-License-Identifier: MIT
//
// A Program's body as calls of lane kernels: what to run for a sub-block, worked out once.
#pragma once

#include <cstdint>
#include <vector>

#include "lane_kernels.h"
#include "levelgrad/schedule.h"
#include "levelgrad/storage.h"

namespace levelgrad::host {

template <class T>
struct LanePlan {
  static constexpr std::uint32_t none = 0xFFFFFFFF;

  /// Neighbouring nodes with the same kernel.
  struct ForwardCall {
    ForwardKernel<T> kernel;
    std::uint32_t first, count;  ///< in steps
  };
  /// Neighbouring contributions to one grad with the same kernel. A grad's first call starts its
  /// fold; with a null kernel that is all there is to do.
  struct BackwardCall {
    BackwardKernel<T> kernel;
    std::uint32_t sum;           ///< offset of the grad
    std::uint32_t start;         ///< in starts; none: go on with what is there
    std::uint32_t first, count;  ///< in terms
  };
  /// What a grad's fold starts from: the joins that read the node, in the order of their
  /// contributions; +0 where there are none.
  struct Start {
    std::vector<std::uint32_t> joins;
  };
  /// Lanes that a fold reads. With a kernel they are computed first, from one contribution.
  struct Lanes {
    std::uint32_t offset = none;
    BackwardKernel<T> kernel = nullptr;
    LaneTerm term = {};
  };
  /// A parameter tile, or a part of one, with at most fold_columns columns.
  struct Fold {
    std::size_t term_count, row_count, column_count;
    bool turned;             ///< the columns are laid side by side first; else read where they are
    std::vector<Lanes> row;  ///< [term][row]
    std::vector<Lanes> column;       ///< [term][column]
    std::vector<std::uint32_t> sum;  ///< [row][column], index of the shared node
  };
  /// A uniform number that is needed in lanes.
  struct Splat {
    std::uint32_t offset;
    NodeIndex node;
  };

  std::size_t sub_block = 0;
  std::size_t lanes_size = 0;  ///< numbers that a worker needs
  std::vector<Splat> splats;
  std::vector<std::uint32_t> input;   ///< [input], offset or none
  std::vector<std::uint32_t> joined;  ///< [join], offset of what it reads
  std::vector<std::uint32_t> output;  ///< [output], offset; none for a uniform one
  std::vector<ForwardCall> forward;
  std::vector<LaneStep> steps;
  std::vector<Start> starts;
  std::vector<BackwardCall> backward;
  std::vector<LaneTerm> terms;
  std::vector<std::uint32_t> input_grad;  ///< [input], offset or none
  std::vector<Fold> folds;
  std::vector<std::uint32_t> value, grad;  ///< [node], offset or none
  /// Of a fold: rows, terms that are turned, and numbers of rows and of columns.
  std::size_t most_rows = 0, most_turned_terms = 0, most_row_numbers = 0, most_column_numbers = 0;
  std::uint32_t ones = none;  ///< offset of lanes of 1
};

/// sub_block   lanes of a slot, a multiple of lane_pack.
template <class T>
[[nodiscard]] LanePlan<T> make_lane_plan(const Schedule& schedule, const StorageNeeds& needs,
                                         const LaneKernels<T>& kernels, std::size_t sub_block);

}  // namespace levelgrad::host
