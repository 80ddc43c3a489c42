// SPDX-License-Identifier: MIT
//
// A tile whose examples have different Programs: those of a Program with many are lanes of its
// body, the others one forest.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "device_memory.h"
#include "forest.h"
#include "tile_task.h"

namespace levelgrad::cuda {

template <class T>
class MixedTile {
public:
  /// Sorts the places of a tile into groups and a forest. Nothing is done where the tile is as it
  /// was. programs [place], which of the bodies each has.
  void arrange(const DeviceBodies& bodies, std::span<const std::uint32_t> programs, bool backward,
               cudaStream_t stream);

  /// Runs the task, whose lanes describe the whole tile. Asynchronous. persistent: by one launch
  /// for each group and one for the forest, instead of one for each level.
  void run(const TileTask<T>& task, bool persistent, int device, cudaStream_t stream);

  /// Behind run(): where the numbers of each place are.
  [[nodiscard]] MixedView<T> view(const TileTask<T>& task) const;

  /// Examples with the same Program that are enough to be lanes.
  static constexpr std::size_t least_lanes = lane_pad;

private:
  struct Group {
    std::uint32_t program;
    std::uint32_t first_place, count;  ///< in places_
    std::uint64_t first_number;
  };
  void arrange_groups(const DeviceBodies& bodies, std::span<const std::uint32_t> programs);
  [[nodiscard]] LanesView<T> lanes_of(const Group& group, const LanesView<T>& tile) const;
  [[nodiscard]] ForestView<T> forest_of(const TileTask<T>& task) const;

  const DeviceBodies* bodies_ = nullptr;
  bool backward_ = false;
  std::vector<std::uint32_t> programs_;  // [place], as they were arranged
  std::vector<Group> groups_;
  std::vector<std::uint32_t> places_;  // of the groups, one after the other, then the forest's
  std::uint32_t forest_first_ = 0, forest_count_ = 0;  // in places_
  std::vector<std::uint32_t> forest_programs_;
  std::vector<std::uint64_t> forest_numbers_;
  std::vector<LanePlace> lanes_;  // [place]
  std::size_t number_count_ = 0;

  DeviceArray<std::uint32_t> device_places_, device_forest_programs_;
  DeviceArray<std::uint64_t> device_forest_numbers_;
  DeviceArray<LanePlace> device_lanes_;
  DeviceArray<T> data_;
  ForestPass forward_, back_;
};

}  // namespace levelgrad::cuda
