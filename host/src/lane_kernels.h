// SPDX-License-Identifier: MIT
//
// The loops over lanes: an op's value, its contributions, and the fold of parameter tiles.
//
// They are compiled once for each kind of processor, from lane_kernels.cpp, and chosen at run time.
// The bits are the same from all: no loop changes an order, none contracts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace levelgrad::host {

/// Lanes are run in whole packs, so that no loop has a rest: a sub-block's last lanes may be
/// unused.
inline constexpr std::size_t lane_pack = 16;
/// Columns of a parameter tile that one fold runs over.
inline constexpr std::size_t fold_columns = 16;

/// Where the numbers of a sub-block are.
template <class T>
struct LaneRun {
  T* lanes;           ///< [slot][sub_block], 64-byte aligned
  const T* uniform;   ///< [node], numbers that all lanes share
  std::size_t width;  ///< lanes to run, a multiple of lane_pack
};

/// One node: offsets into lanes, or into uniform for the operands that the kernel's mask names.
struct LaneStep {
  std::uint32_t result;
  std::uint32_t operand[3];
};

/// One contribution; what the op's derivative does not read is left at 0.
struct LaneTerm {
  std::uint32_t grad;
  std::uint32_t operand[3];
  std::uint32_t result;
};

/// Values of count nodes, one after the other.
template <class T>
using ForwardKernel = void (*)(const LaneRun<T>& run, const LaneStep* steps, std::size_t count);

/// sum = (start or sum) + the contributions, one after the other.
///
/// sum     [width], none of the terms' numbers.
/// start   what every lane starts from; null: what is in sum.
template <class T>
using BackwardKernel = void (*)(const LaneRun<T>& run, T* sum, const T* start,
                                const LaneTerm* terms, std::size_t count);

/// Turns lanes into columns: to[lane][c] = from[c][lane], for all lanes of the packs.
///
/// from    [fold_columns] pointers to lanes.
/// to      [sub_block][fold_columns], 64-byte aligned.
template <class T>
using TurnKernel = void (*)(const T* const* from, std::size_t width, T* to);

/// sums[r][c] += rows[t][r][lane] * columns[t][lane][c], for the lanes from the last to the first
/// and in each for all terms.
///
/// rows      [term_count][row_count] pointers to lanes.
/// columns   [term_count][sub_block][fold_columns].
/// sums      [row_count][fold_columns], 64-byte aligned.
template <class T>
using FoldKernel = void (*)(const T* const* rows, const T* columns, std::size_t term_count,
                            std::size_t row_count, std::size_t sub_block, std::size_t first_lane,
                            std::size_t last_lane, T* sums);

/// The kernels for one dtype and one kind of processor.
template <class T>
struct LaneKernels {
  static constexpr std::size_t op_limit = 64;
  static constexpr std::size_t mask_limit = 8;  ///< bit k: operand k is uniform

  const char* isa;
  TurnKernel<T> turn;
  FoldKernel<T> fold;
  /// [opcode][mask]; null where the operands must be lanes.
  ForwardKernel<T> forward[op_limit][mask_limit];
  /// [opcode][operand][mask].
  BackwardKernel<T> backward[op_limit][3][mask_limit];
};

/// All that this processor can run, the fastest first.
template <class T>
[[nodiscard]] std::span<const LaneKernels<T>* const> lane_kernels();

}  // namespace levelgrad::host
