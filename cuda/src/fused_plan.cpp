// SPDX-License-Identifier: MIT
#include "fused_plan.h"

#include <algorithm>
#include <utility>

namespace levelgrad::cuda {
namespace {

constexpr std::size_t chunk_lanes = 128, warp = 32, columns_of_tile = 4;

/// Of each block's shared memory, by the system.
constexpr std::size_t reserved_bytes = 1024;

/// What a thread's tile costs in one lane: its operations and its share of the loads.
unsigned cost_of(TileKind kind) {
  switch (kind) {
    case TileKind::Products4x4:
      return 34;
    case TileKind::Products2x4:
      return 18;
    case TileKind::Products1x4:
      return 10;
    case TileKind::Ones1x4:
      return 5;
    case TileKind::Terms:
    case TileKind::Join:
      break;
  }
  return 8;
}

/// Cuts folds into tiles, by kind.
class Tiles {
public:
  /// most_rows   of a tile: with one, more threads have less to do each.
  Tiles(const LaneCode& code, std::span<const int> fold_of, std::size_t most_rows)
      : code_(code), fold_of_(fold_of), most_rows_(most_rows) {
    for (const LaneFold& fold : code.folds()) {
      if (fold.term_count > 1) {
        add_terms(fold);
      } else {
        add_products(fold);
      }
    }
    if (code.needs().backward) add_untouched();
    for (std::size_t j = 0; j < code.program().joins().size(); ++j) {
      FusedTile tile = empty();
      tile.row[0] = static_cast<std::uint32_t>(j);
      add(TileKind::Join, tile);
    }
  }

  [[nodiscard]] std::span<const FusedTile> tiles() const { return tiles_; }
  [[nodiscard]] std::span<const TileKind> kinds() const { return kinds_; }
  [[nodiscard]] const std::vector<std::uint32_t>& slots() const { return slots_; }

private:
  static FusedTile empty() {
    FusedTile tile = {};
    std::ranges::fill(tile.fold, FusedTile::none);
    return tile;
  }
  void add(TileKind kind, const FusedTile& tile) {
    kinds_.push_back(kind);
    tiles_.push_back(tile);
  }

  void add_products(const LaneFold& fold) {
    std::vector<std::size_t> rows;
    for (std::size_t r = 0; r < fold.row_count; ++r) {
      if (fold.row[r] == LaneFold::one) {
        add_rows(fold, std::span(&r, 1), TileKind::Ones1x4);
      } else {
        rows.push_back(r);
      }
    }
    std::size_t first = 0;
    for (const auto& [size, kind] : {std::pair{std::size_t{4}, TileKind::Products4x4},
                                     std::pair{std::size_t{2}, TileKind::Products2x4},
                                     std::pair{std::size_t{1}, TileKind::Products1x4}}) {
      if (size > most_rows_) continue;
      const std::size_t tiles = (rows.size() - first) / size;
      for (std::size_t i = 0; i < tiles; ++i) {
        std::vector<std::size_t> taken;
        for (std::size_t k = 0; k < size; ++k) taken.push_back(rows[first + i + k * tiles]);
        add_rows(fold, taken, kind);
      }
      first += tiles * size;
    }
  }
  /// All columns of these rows. A tile that is not full repeats its last column.
  ///
  /// Neighbouring tiles take neighbouring rows and columns, not neighbouring blocks of them: what
  /// the threads of a warp read at once then lies in different banks.
  void add_rows(const LaneFold& fold, std::span<const std::size_t> rows, TileKind kind) {
    const std::size_t tiles = (fold.column_count + columns_of_tile - 1) / columns_of_tile;
    for (std::size_t i = 0; i < tiles; ++i) {
      FusedTile tile = empty();
      for (std::size_t r = 0; r < rows.size(); ++r) {
        tile.row[r] = kind == TileKind::Ones1x4 ? 0 : fold.row[rows[r]];
        for (std::size_t c = 0; c < columns_of_tile; ++c) {
          const std::size_t column = i + c * tiles;
          tile.column[c] = fold.column[std::min(column, fold.column_count - 1)];
          if (column < fold.column_count) {
            tile.fold[r * columns_of_tile + c] = place(fold, rows[r], column);
          }
        }
      }
      add(kind, tile);
    }
  }
  void add_terms(const LaneFold& fold) {
    for (std::size_t r = 0; r < fold.row_count; ++r) {
      for (std::size_t c = 0; c < fold.column_count; ++c) {
        FusedTile tile = empty();
        tile.row[0] = static_cast<std::uint32_t>(fold.term_count);
        tile.column[0] = static_cast<std::uint32_t>(slots_.size());
        tile.fold[0] = place(fold, r, c);
        for (std::size_t t = 0; t < fold.term_count; ++t) {
          slots_.push_back(fold.row[t * fold.row_count + r]);
          slots_.push_back(fold.column[t * fold.column_count + c]);
        }
        add(TileKind::Terms, tile);
      }
    }
  }
  /// Folds to which only other Programs of the executor contribute: they are what they start from.
  void add_untouched() {
    std::vector<bool> touched(fold_of_.size(), false);
    for (const LaneFold& fold : code_.folds()) {
      for (const std::uint32_t shared : fold.sum) touched[shared] = true;
    }
    for (std::size_t shared = 0; shared < fold_of_.size(); ++shared) {
      if (touched[shared] || fold_of_[shared] < 0) continue;
      FusedTile tile = empty();
      tile.fold[0] = fold_of_[shared];
      add(TileKind::Terms, tile);
    }
  }
  [[nodiscard]] int place(const LaneFold& fold, std::size_t r, std::size_t c) const {
    return fold_of_[fold.sum[r * fold.column_count + c]];
  }

  const LaneCode& code_;
  std::span<const int> fold_of_;
  std::size_t most_rows_;
  std::vector<FusedTile> tiles_;
  std::vector<TileKind> kinds_;
  std::vector<std::uint32_t> slots_;
};

/// Warps whose threads have tiles of one kind each, of all the block's chunks; the costliest first.
void fill_warps(const Tiles& tiles, FusedPlan& plan) {
  for (const TileKind kind : {TileKind::Products4x4, TileKind::Products2x4, TileKind::Products1x4,
                              TileKind::Terms, TileKind::Join, TileKind::Ones1x4}) {
    std::size_t taken = warp;
    // Neighbouring threads have neighbouring tiles of one chunk, which are in different banks.
    for (std::uint32_t chunk = 0; chunk < plan.chunks_of_block; ++chunk) {
      for (std::uint32_t t = 0; t < tiles.tiles().size(); ++t) {
        if (tiles.kinds()[t] != kind) continue;
        if (taken == warp) {
          plan.kinds.push_back(kind);
          plan.warps.resize(plan.warps.size() + warp, FusedPlan::idle);
          taken = 0;
        }
        plan.warps[plan.warps.size() - warp + taken++] = t * plan.chunks_of_block + chunk;
      }
    }
  }
}

/// Instructions that a chunk's folds cost, and what too few blocks add to them: while one waits for
/// its threads, or folds with few of them, others compute lanes.
double cost_of(const FusedPlan& plan) {
  constexpr double of_pass = 60;  // a tile is looked up, its sums come and go
  const double passes = static_cast<double>(chunk_lanes) / plan.pass_lanes;
  double cost = 0;
  for (const TileKind kind : plan.kinds) cost += chunk_lanes * cost_of(kind) + of_pass * passes;
  const double waiting = plan.blocks_at_once >= 3 ? 1 : plan.blocks_at_once == 2 ? 1.2 : 1.6;
  return cost / plan.chunks_of_block * waiting;
}

}  // namespace

FusedPlan fused_plan(const LaneCode& code, std::span<const int> fold_of, std::size_t number_bytes,
                     const SharedMemory& memory, FusedPlan::Goal goal) {
  const bool soon = goal == FusedPlan::Goal::OneChunkSoon;
  const Tiles tiles(code, fold_of, soon ? 1 : 4);
  const std::size_t pack = 16 / number_bytes;
  const std::size_t joins = code.program().joins().size();
  // Registers that the code of a lane should have, and threads that they allow.
  const std::size_t registers = number_bytes == 8 ? 160 : 80;
  const std::size_t most_threads = 65'536 / registers;
  FusedPlan best;
  best.chunks_of_block = 0;
  double least = 0;
  for (const std::uint32_t lanes : {128u, 64u, 32u}) {
    if (soon && best.chunks_of_block != 0) break;  // fewer lanes are for want of memory only
    for (const std::uint32_t chunks : {1u, 2u, 3u, 4u, 6u, 8u}) {
      FusedPlan plan;
      plan.pass_lanes = lanes;
      plan.chunks_of_block = chunks;
      plan.threads = std::max(chunks * lanes, 64u);
      plan.shared_bytes = chunks * number_bytes *
                          (code.slot_count() * (lanes + pack) + joins * (chunk_lanes + pack));
      if (plan.shared_bytes > memory.of_block || plan.threads > 512) continue;
      const std::size_t blocks =
          std::min({memory.of_multiprocessor / (plan.shared_bytes + reserved_bytes),
                    most_threads / plan.threads, std::size_t{16}});
      plan.blocks_at_once = static_cast<std::uint32_t>(std::max<std::size_t>(blocks, 1));
      fill_warps(tiles, plan);
      const double cost = cost_of(plan);
      if (best.chunks_of_block != 0 && (soon || cost >= least)) continue;
      least = cost;
      best = std::move(plan);
    }
  }
  if (best.chunks_of_block == 0) return best;
  // A warp for each warp of tiles.
  const auto warps = static_cast<std::uint32_t>(best.kinds.size());
  if (soon) best.threads = std::clamp(32 * warps, best.threads, 512u);
  best.tiles.assign(tiles.tiles().begin(), tiles.tiles().end());
  best.slots = tiles.slots();
  return best;
}

}  // namespace levelgrad::cuda
