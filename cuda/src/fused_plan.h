// SPDX-License-Identifier: MIT
//
// How a body's lanes and folds are laid upon a block's threads.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "levelgrad/lane_code.h"

namespace levelgrad::cuda {

/// Sums that one thread folds, as the kernel has it (kits/fused_kernel.cuh).
struct FusedTile {
  static constexpr int none = -1;
  std::uint32_t row[4], column[4];  ///< slots; of several terms: row[0] terms, column[0] place
  std::int32_t fold[16];            ///< [row][column]
};

/// What a warp's tiles are; its threads run the same code.
enum class TileKind : std::uint32_t { Products4x4, Products2x4, Products1x4, Ones1x4, Terms, Join };

struct FusedPlan {
  /// Most chunks in a second, or one chunk as soon as can be.
  enum class Goal : unsigned char { ManyChunks, OneChunkSoon };

  std::uint32_t pass_lanes = 128;     ///< lanes of a chunk that are run at once
  std::uint32_t chunks_of_block = 1;  ///< chunks that a block runs at once
  std::uint32_t threads = 128;        ///< of a block
  std::uint32_t blocks_at_once = 1;   ///< on a multiprocessor, as far as shared memory goes
  std::size_t shared_bytes = 0;       ///< of a block
  std::vector<FusedTile> tiles;
  std::vector<std::uint32_t> slots;  ///< of tiles with several terms: row and column of each
  std::vector<TileKind> kinds;       ///< [warp]
  /// [warp][32], tile * chunks_of_block + chunk; idle where there is none.
  std::vector<std::uint32_t> warps;
  static constexpr std::uint32_t idle = 0xFFFFFFFF;
};

/// What a block may use.
struct SharedMemory {
  std::size_t of_block, of_multiprocessor;
};

/// fold_of   [shared], which fold of the batch is the node's.
/// returns   a plan whose chunks_of_block is 0 where not even 32 lanes fit into shared memory.
[[nodiscard]] FusedPlan fused_plan(const LaneCode& code, std::span<const int> fold_of,
                                   std::size_t number_bytes, const SharedMemory& memory,
                                   FusedPlan::Goal goal = FusedPlan::Goal::ManyChunks);

}  // namespace levelgrad::cuda
