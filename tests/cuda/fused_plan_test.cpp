// SPDX-License-Identifier: MIT
//
// How the folds of a body are laid upon a block's threads, without a device: each fold has one
// thread, which is given the factors that the lanes' code keeps for it.
#include "fused_plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <string>
#include <tuple>

#include "levelgrad/schedule.h"
#include "support/conformance_cases.h"
#include "support/sample_programs.h"
#include "uniform_layout.h"

namespace levelgrad::testing {
namespace {

using cuda::FusedPlan;
using cuda::FusedTile;
using cuda::SharedMemory;
using cuda::TileKind;

/// Of an H200.
constexpr SharedMemory hopper = {227 * 1024, 228 * 1024};
constexpr std::size_t warp_size = 32, chunk_lanes = 128;

/// A plan, with all that it was made of.
struct Planned {
  Planned(const Program& program, std::size_t number_bytes, LaneCodeNeeds needs = {},
          const SharedMemory& memory = hopper)
      : schedule(program),
        code(schedule, needs),
        layout(std::span(&schedule, 1)),
        bytes(number_bytes),
        plan(cuda::fused_plan(code, layout.fold_of(), number_bytes, memory)) {}

  /// Numbers of a row: the lanes, and a pack.
  [[nodiscard]] std::size_t row_length() const { return plan.pass_lanes + 16 / bytes; }
  [[nodiscard]] std::size_t group_size() const {
    return code.slot_count() * row_length() +
           code.program().joins().size() * (chunk_lanes + 16 / bytes);
  }
  /// Calls f(tile, chunk, kind) for what each thread of a warp has.
  template <class F>
  void for_each_thread(std::size_t warp, const F& f) const {
    for (std::size_t t = 0; t < warp_size; ++t) {
      const std::uint32_t entry = plan.warps[warp * warp_size + t];
      if (entry == FusedPlan::idle) continue;
      f(entry / plan.chunks_of_block, entry % plan.chunks_of_block, plan.kinds[warp]);
    }
  }

  Schedule schedule;
  LaneCode code;
  cuda::UniformLayout layout;
  std::size_t bytes;
  FusedPlan plan;
};

/// The factors of each term.
using Terms = std::vector<std::pair<LaneSlot, LaneSlot>>;

/// What each fold of the batch adds up in a lane.
std::map<int, Terms> wanted_folds(const Planned& planned) {
  std::map<int, Terms> folds;
  for (const LaneFold& fold : planned.code.folds()) {
    for (std::size_t i = 0; i < fold.sum.size(); ++i) {
      const std::size_t r = i / fold.column_count, c = i % fold.column_count;
      Terms terms;
      for (std::size_t t = 0; t < fold.term_count; ++t) {
        terms.emplace_back(fold.row[t * fold.row_count + r],
                           fold.column[t * fold.column_count + c]);
      }
      const int place = planned.layout.fold_of()[fold.sum[i]];
      EXPECT_TRUE(folds.emplace(place, terms).second) << "two folds for one node";
    }
  }
  if (planned.code.needs().backward) {
    for (const int place : planned.layout.fold_of()) {
      if (place >= 0) folds.emplace(place, Terms());
    }
  }
  return folds;
}

/// What a thread does with a tile: joins it adds up, and folds, as the kernel reads the tile.
void read_tile(const Planned& planned, TileKind kind, const FusedTile& tile,
               std::vector<std::pair<int, Terms>>& folds, std::vector<std::uint32_t>& joins) {
  if (kind == TileKind::Join) return joins.push_back(tile.row[0]);
  if (kind == TileKind::Terms) {
    Terms terms;
    for (std::size_t t = 0; t < tile.row[0]; ++t) {
      const std::uint32_t* const slots = &planned.plan.slots[tile.column[0] + 2 * t];
      terms.emplace_back(slots[0], slots[1]);
    }
    return folds.emplace_back(tile.fold[0], terms), void();
  }
  const std::size_t rows = kind == TileKind::Products4x4   ? 4
                           : kind == TileKind::Products2x4 ? 2
                                                           : 1;
  for (std::size_t i = 0; i < rows * 4; ++i) {
    if (tile.fold[i] == FusedTile::none) continue;
    const LaneSlot row = kind == TileKind::Ones1x4 ? LaneFold::one : tile.row[i / 4];
    folds.push_back({tile.fold[i], {{row, tile.column[i % 4]}}});
  }
}

/// All that holds for any plan.
void check(const Planned& planned) {
  const FusedPlan& plan = planned.plan;
  ASSERT_GT(plan.chunks_of_block, 0u);
  EXPECT_EQ(plan.shared_bytes, plan.chunks_of_block * planned.group_size() * planned.bytes);
  EXPECT_LE(plan.shared_bytes, hopper.of_block);
  EXPECT_LE(plan.blocks_at_once * (plan.shared_bytes + 1024), hopper.of_multiprocessor);
  EXPECT_GE(plan.threads, plan.chunks_of_block * plan.pass_lanes) << "a thread for each lane";
  EXPECT_EQ(0u, plan.threads % warp_size);
  EXPECT_EQ(0u, chunk_lanes % plan.pass_lanes);
  ASSERT_EQ(plan.warps.size(), plan.kinds.size() * warp_size);

  using Found = std::tuple<std::size_t, int>;  // chunk, fold
  std::map<Found, Terms> folds;
  std::set<Found> joins;
  for (std::size_t warp = 0; warp < plan.kinds.size(); ++warp) {
    planned.for_each_thread(warp, [&](std::size_t t, std::size_t chunk, TileKind kind) {
      ASSERT_LT(t, plan.tiles.size());
      std::vector<std::pair<int, Terms>> of_tile;
      std::vector<std::uint32_t> joined;
      read_tile(planned, kind, plan.tiles[t], of_tile, joined);
      EXPECT_FALSE(of_tile.empty() && joined.empty()) << "a thread without work";
      for (const auto& [fold, terms] : of_tile) {
        EXPECT_TRUE(folds.emplace(Found(chunk, fold), terms).second)
            << "two threads write fold " << fold << " of chunk " << chunk;
      }
      for (const std::uint32_t join : joined) {
        EXPECT_TRUE(joins.emplace(chunk, static_cast<int>(join)).second) << "join " << join;
      }
    });
  }
  const std::map<int, Terms> wanted = wanted_folds(planned);
  EXPECT_EQ(folds.size(), wanted.size() * plan.chunks_of_block);
  EXPECT_EQ(joins.size(), planned.code.program().joins().size() * plan.chunks_of_block);
  for (const auto& [found, terms] : folds) {
    const auto fold = wanted.find(std::get<1>(found));
    ASSERT_NE(fold, wanted.end());
    EXPECT_EQ(terms, fold->second) << "fold " << fold->first;
  }
}

void check_all_needs(const Program& program) {
  for (const std::size_t bytes : {4, 8}) {
    for (const LaneCodeNeeds& needs :
         {LaneCodeNeeds{}, LaneCodeNeeds{.backward = false}, LaneCodeNeeds{.input_grads = true}}) {
      const Planned planned(program, bytes, needs);
      if (planned.plan.chunks_of_block > 0) check(planned);
    }
  }
}

TEST(FusedPlan, EachFoldHasOneThread) {
  check_all_needs(moons_program());
  for (const auto& cases :
       {net_cases<double>(), odd_cases<double>(), two_pass_cases<double>(), wide_cases<double>()}) {
    for (const BatchCase<double>& test : cases) {
      SCOPED_TRACE(test.name);
      check_all_needs(test.programs.front());
    }
  }
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    check_all_needs(random_case<double>({.seed = seed}).programs.front());
  }
}

// What only the other Program contributes to is handed on from where it starts.
TEST(FusedPlan, OtherProgramsFoldsAreHandedOn) {
  const BatchCase<double> test = random_case<double>({.seed = 3, .program_count = 4});
  std::vector<Schedule> schedules;
  for (const Program& program : test.programs) schedules.emplace_back(program);
  const cuda::UniformLayout layout(schedules);
  std::size_t handed_on = 0;
  for (const Schedule& schedule : schedules) {
    const LaneCode code(schedule, {});
    const FusedPlan plan = cuda::fused_plan(code, layout.fold_of(), 4, hopper);
    std::vector<int> written;
    for (const FusedTile& tile : plan.tiles) {
      std::ranges::copy_if(tile.fold, std::back_inserter(written),
                           [](int fold) { return fold != FusedTile::none; });
      handed_on += tile.row[0] == 0 && tile.fold[0] >= 0 && tile.fold[1] < 0;
    }
    std::ranges::sort(written);
    std::vector<int> all(layout.folded().size());
    std::iota(all.begin(), all.end(), 0);
    EXPECT_EQ(all, written);
  }
  EXPECT_GT(handed_on, 0u);
}

/// Cycles that a warp waits since threads of a quarter read different packs of one bank: 16 bytes
/// are served for 8 threads at once.
std::size_t conflicts(const std::vector<std::size_t>& packs) {
  std::size_t waits = 0;
  for (std::size_t first = 0; first < packs.size(); first += 8) {
    std::map<std::size_t, std::set<std::size_t>> of_bank;
    for (std::size_t t = first; t < std::min(first + 8, packs.size()); ++t) {
      of_bank[packs[t] % 8].insert(packs[t]);
    }
    std::size_t most = 1;
    for (const auto& [bank, different] : of_bank) most = std::max(most, different.size());
    waits += most - 1;
  }
  return waits;
}

/// Of all reads of a pack of lanes by all warps of 4 x 4 tiles.
std::size_t conflicts_of_products(const Planned& planned) {
  const FusedPlan& plan = planned.plan;
  const std::size_t numbers = 16 / planned.bytes;
  std::size_t waits = 0;
  for (std::size_t warp = 0; warp < plan.kinds.size(); ++warp) {
    if (plan.kinds[warp] != TileKind::Products4x4) continue;
    for (std::size_t k = 0; k < 8; ++k) {
      std::vector<std::size_t> packs;
      planned.for_each_thread(warp, [&](std::size_t t, std::size_t chunk, TileKind) {
        const FusedTile& tile = plan.tiles[t];
        const std::size_t slot = k < 4 ? tile.row[k] : tile.column[k - 4];
        packs.push_back((chunk * planned.group_size() + slot * planned.row_length()) / numbers);
      });
      waits += conflicts(packs);
    }
  }
  return waits;
}

TEST(FusedPlan, TilesOfTheMoonsNetMeetInNoBank) {
  for (const std::size_t bytes : {4, 8}) {
    const Planned planned(moons_program(), bytes);
    EXPECT_EQ(3, std::ranges::count(planned.plan.kinds, TileKind::Products4x4));
    EXPECT_EQ(0u, conflicts_of_products(planned)) << bytes;
  }
}

// cuda/README.md shows this plan.
TEST(FusedPlan, OfTheMoonsNet) {
  using enum TileKind;
  for (const std::size_t bytes : {4, 8}) {
    const Planned planned(moons_program(), bytes);
    const FusedPlan& plan = planned.plan;
    EXPECT_EQ(32u, plan.pass_lanes);
    EXPECT_EQ(6u, plan.chunks_of_block);
    EXPECT_EQ(192u, plan.threads);
    EXPECT_EQ(bytes == 4 ? 3u : 2u, plan.blocks_at_once);
    EXPECT_EQ(67u, planned.code.slot_count());
    EXPECT_EQ(bytes == 4 ? 61'056u : 115'584u, plan.shared_bytes);
    std::vector<std::pair<TileKind, std::size_t>> warps;
    for (std::size_t warp = 0; warp < plan.kinds.size(); ++warp) {
      std::size_t busy = 0;
      planned.for_each_thread(warp, [&](auto...) { ++busy; });
      warps.emplace_back(plan.kinds[warp], busy);
    }
    const std::vector<std::pair<TileKind, std::size_t>> wanted = {
        {Products4x4, 32}, {Products4x4, 32}, {Products4x4, 32}, {Products2x4, 24},
        {Products1x4, 24}, {Join, 6},         {Ones1x4, 32},     {Ones1x4, 22}};
    EXPECT_EQ(wanted, warps);
  }
}

TEST(FusedPlan, IsNoneWhereNotEvenThirtyTwoLanesFit) {
  EXPECT_EQ(1u, Planned(moons_program(), 4, {}, {10 * 1024, 228 * 1024}).plan.chunks_of_block);
  EXPECT_EQ(0u, Planned(moons_program(), 4, {}, {9 * 1024, 228 * 1024}).plan.chunks_of_block);
}

// What the test of banks must notice: packs that lie a multiple of eight from each other.
TEST(FusedPlan, ConflictsAreSeen) {
  EXPECT_EQ(0u, conflicts({0, 1, 2, 3, 4, 5, 6, 7}));
  EXPECT_EQ(0u, conflicts({5, 5, 5, 5, 5, 5, 5, 5}));
  EXPECT_EQ(1u, conflicts({0, 8}));
  EXPECT_EQ(7u, conflicts({0, 8, 16, 24, 32, 40, 48, 56}));
  EXPECT_EQ(0u, conflicts({0, 1, 2, 3, 4, 5, 6, 7, 8}));
}

}  // namespace
}  // namespace levelgrad::testing
