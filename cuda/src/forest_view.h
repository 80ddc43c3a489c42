// SPDX-License-Identifier: MIT
//
// A forest: examples whose Programs have few lanes, all their graphs together. A level of it is
// that level of every graph; its rows stand sorted by op.
#pragma once

#include <vector>

#include "views.h"

namespace levelgrad::cuda {

/// Where a Program's rows are among those of all, and what they are sorted by in a forest.
struct ForestRows {
  std::vector<std::uint32_t> begin, count;  ///< [program]
  std::vector<std::uint32_t> keys;          ///< [row], level * forest_kinds + kind
};
inline constexpr std::uint32_t forest_kinds = 256;

/// A row of the Programs' tables, for one example.
struct ForestItem {
  std::uint32_t lane;
  std::uint32_t row;
};

/// Sorted by level, then by kind of row.
struct ForestLevels {
  const ForestItem* items;
  const std::uint32_t* begin;  ///< [levels + 1], in items
  std::uint32_t levels;
};

/// The tables of all Programs one behind the other, which the forest's rows index.
struct ProgramsView {
  const Step* steps;
  const std::uint8_t* ops;
  const Gather* gathers;
  const Term* terms;
  const Rest* rests;
  const BodyView* bodies;  ///< [program]
};

/// Numbers of a forest's lane stand side by side: slot s of lane l is data[first[l] + s].
template <class T>
struct ForestView {
  ProgramsView programs;
  ForestLevels forward, backward;
  const std::uint64_t* first;    ///< [lane]
  const std::uint32_t* program;  ///< [lane]
  LanesView<T> lanes;            ///< stride is not used
};

/// What a tile's examples with different Programs are folded from.
template <class T>
struct MixedView {
  ProgramsView programs;
  const LanePlace* lanes;  ///< [place]; null: all have one Program, and the stride below
  T* data;
  std::size_t stride;  ///< where lanes is null
  const T* uniform;
};

}  // namespace levelgrad::cuda
