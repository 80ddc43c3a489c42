// SPDX-License-Identifier: MIT
//
// What kernels are handed: tables and numbers in device memory, borrowed.
#pragma once

#include <cstddef>
#include <cstdint>

#include "table.h"

namespace levelgrad::cuda {

/// Groups of threads that share the rows of a level, in a block that walks a table.
inline constexpr std::uint32_t body_groups = 16;
inline constexpr std::uint32_t uniform_groups = 128;

struct ForwardView {
  const Step* steps;
  const std::uint8_t* ops;
  const std::uint32_t* level_begin;
  const std::uint8_t* waits;  ///< [level], for blocks that walk the table
  std::uint32_t levels;
};

struct BackwardView {
  const Gather* gathers;
  const Term* terms;
  const Rest* rests;
  const std::uint32_t* level_begin;
  const std::uint8_t* waits;
  std::uint32_t levels;
};

/// A Program's body. The slots of inputs and so on may be no_slot.
struct BodyView {
  ForwardView forward;
  BackwardView backward;
  const Gather* folds;
  const Ref *input, *input_grad, *joined, *output;
  std::uint32_t slots, inputs, joins, outputs, folded;
  /// What of the terms and rests, which are numbered over all Programs, is this body's.
  std::uint32_t first_term, terms, first_rest, rests;
  std::uint32_t steps, gathers;
  std::uint32_t uniforms;  ///< uniform numbers that a body may read: they are the first
};

/// Bytes that the tables of a body take in shared memory, each at a multiple of 16.
[[nodiscard]] constexpr std::size_t table_bytes(const BodyView& body) {
  const auto rounded = [](std::size_t bytes) { return (bytes + 15) / 16 * 16; };
  return rounded(body.steps * sizeof(Step)) + rounded(body.gathers * sizeof(Gather)) +
         rounded(body.folded * sizeof(Gather)) + rounded(body.terms * sizeof(Term)) +
         rounded(body.rests * sizeof(Rest)) + rounded(body.steps) +
         rounded((body.forward.levels + 1) * sizeof(std::uint32_t)) +
         rounded((body.backward.levels + 1) * sizeof(std::uint32_t)) +
         rounded(body.forward.levels) + rounded(body.backward.levels);
}

/// Prologue and epilogue; their lane data is the array of uniform numbers.
struct UniformView {
  ForwardView prologue, epilogue;
  BackwardView epilogue_back, prologue_back;
};

/// Which tables of prologue and epilogue are run, in this order.
enum UniformParts : std::uint32_t {
  prologue_forward_part = 1,
  epilogue_forward_part = 2,
  epilogue_backward_part = 4,
  prologue_backward_part = 8,
};

/// Examples in device memory: row r, input k at numbers[r * row_step + k * input_step].
template <class T>
struct RowsView {
  const T* numbers;
  std::size_t row_step, input_step;
  const std::uint32_t* row_of;  ///< [place of the batch], null: the place itself
};

/// The lanes of one body: where their examples come from and where results go.
///
/// A place is an example's index in the tile; the tile's first is place 0.
template <class T>
struct LanesView {
  std::uint32_t count;         ///< lanes
  const std::uint32_t* place;  ///< [lane], null: the lane itself
  RowsView<T> rows;
  T* outputs;          ///< [output][place], null: not wanted
  T* joined;           ///< [join][place]
  T* input_grads;      ///< [input][place], null: not wanted
  std::size_t places;  ///< the length of such a row
  T* data;             ///< [slot][lane], null where the kernel has its own
  std::size_t stride;  ///< the length of such a row
  const T* uniform;
};

/// Where the numbers of an example's lane are, in a tile whose examples have different Programs.
struct LanePlace {
  std::uint64_t first;   ///< of slot 0, in the tile's data
  std::uint32_t stride;  ///< from slot to slot
  std::uint32_t program;
};

/// The folds over the lanes of each chunk.
template <class T>
struct FoldsView {
  T* folds;  ///< [chunk][width]: the joins' sums, then the folded grads
  std::uint32_t width;
  std::uint32_t places;  ///< examples of the tile
  const T* left;         ///< the uniform numbers: where the last chunk's folds start
  const Ref* left_of;    ///< [folded node], in them
  bool last;             ///< whether the tile's last chunk is the batch's
};

/// Numbers of examples for a thread to take at once: 16 bytes of them.
template <class T>
inline constexpr int pack_size = 16 / static_cast<int>(sizeof(T));

/// Lanes that a row is padded to: whole packs, whole warps.
inline constexpr std::uint32_t lane_pad = 32;
[[nodiscard]] constexpr std::size_t padded_lanes(std::size_t lanes) {
  return (lanes + lane_pad - 1) / lane_pad * lane_pad;
}

}  // namespace levelgrad::cuda
