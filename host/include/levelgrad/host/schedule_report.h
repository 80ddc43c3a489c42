// SPDX-License-Identifier: MIT
//
// What a Schedule means for parallel hardware, in numbers.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "levelgrad/host/gpu.h"
#include "levelgrad/host/operations.h"
#include "levelgrad/schedule.h"

namespace levelgrad::host {

/// How many nodes have an op.
struct OpCount {
  Op op;
  std::size_t nodes;
  friend bool operator==(const OpCount&, const OpCount&) = default;
};

/// Prologue, body or epilogue.
struct PartReport {
  std::string name;
  std::size_t nodes = 0;
  std::size_t levels = 0;
  std::vector<OpCount> ops;  ///< the most frequent first
};

/// A level of the body; level 0 holds the inputs.
struct LevelReport {
  std::size_t nodes = 0;
  std::size_t grads = 0;          ///< of the nodes, that differ from lane to lane and are needed
  std::vector<OpCount> ops;       ///< the most frequent first; none in level 0
  std::vector<OpCount> grad_ops;  ///< the same of the nodes that have such a grad
  friend bool operator==(const LevelReport&, const LevelReport&) = default;
};

/// Neighbours of a longest chain of the body that have the same op and source line.
struct PathRun {
  Op op;
  SourceLine where;
  std::size_t nodes;
  friend bool operator==(const PathRun&, const PathRun&) = default;
};

/// How many lanes give every thread that a GPU holds a node of the level.
struct Filling {
  std::size_t level = 0;
  std::size_t nodes = 0;
  std::size_t lanes = 0;
};

/// Numbers of one lane that are read from and written to where all of them are stored.
struct Traffic {
  std::uint64_t reads = 0;
  std::uint64_t writes = 0;
  [[nodiscard]] std::uint64_t total() const { return reads + writes; }
};

/// The three things that a training step does for each example.
struct Passes {
  Operations operations;
  Traffic traffic;
};

/// Slots of one lane where numbers that are not alive together share them.
struct SlotReport {
  std::string order;  ///< "by level", "node by node"
  int slots = 0;
  int kept = 0;           ///< values that backward reads
  std::size_t lanes = 0;  ///< that the shared memory of one multiprocessor holds
};

/// What a multiprocessor waits for.
enum class Limit : unsigned char { Arithmetic, Memory, SharedMemory };

/// A way to keep a lane's numbers, and the highest rate that the GPU allows for it.
struct StorageForm {
  std::string name;
  std::uint64_t memory_bytes = 0;  ///< per example, from and to the GPU's memory
  std::uint64_t shared_bytes = 0;  ///< per example, from and to shared memory
  double intensity = 0;            ///< operations per byte of the slower of the two
  double examples_per_second = 0;  ///< 0 where there is an obstacle
  Limit limit = Limit::Arithmetic;
  std::string obstacle = {};  ///< that a lane does not fit, or has no work; empty: none
};

/// Parameter tiles of one shape.
struct TileReport {
  std::size_t tiles = 0;
  std::size_t rows = 0, columns = 0, terms = 0;
};

struct ScheduleReport {
  std::string name;
  Gpu gpu;
  Dtype dtype = Dtype::F64;

  std::size_t parameters = 0, inputs = 0, constants = 0, outputs = 0;
  std::array<PartReport, 3> parts;  ///< prologue, body, epilogue

  std::vector<LevelReport> levels;     ///< of the body, from the inputs on
  std::size_t backward_levels = 0;     ///< that have grads of each lane
  std::size_t widest = 0;              ///< nodes of the widest level after the inputs
  double mean_width = 0;               ///< without the inputs
  std::vector<PathRun> critical_path;  ///< first node first
  std::vector<Op> path_ops;            ///< [level - 1]

  /// Lanes that fill the GPU: in the widest level, in the median one, in the narrowest. None for an
  /// empty body.
  std::optional<std::array<Filling, 3>> filling;

  Passes forward, backward, folds;  ///< per example; folds: what parameters get from each lane
  [[nodiscard]] std::uint64_t operations() const {
    return forward.operations.issued() + backward.operations.issued() + folds.operations.issued();
  }
  [[nodiscard]] std::uint64_t numbers_moved() const {
    return forward.traffic.total() + backward.traffic.total() + folds.traffic.total();
  }

  std::array<SlotReport, 2> slots;   ///< by level, node by node
  std::array<StorageForm, 3> forms;  ///< global memory, shared memory, registers

  std::vector<TileReport> tiles;  ///< the largest first
  std::size_t tile_factors = 0;   ///< different numbers of a lane that the tiles read
  std::size_t tile_reads = 0;     ///< numbers that they would read without sharing
  std::size_t tile_products = 0;
};

/// Levels, costs and limits of the Schedule on the GPU, with numbers of this dtype.
///
/// An operation counts one instruction; a node's grad is the fold, from +0, of its contributions,
/// but where the only contribution is a copy there is nothing to compute. Uniform numbers
/// (parameters, constants, the grads of joins) are taken to be at hand: they count no traffic.
/// The joins' own reading of the lanes is not counted.
///
/// cost   O(nodes * log(nodes)).
[[nodiscard]] ScheduleReport report_on(const Schedule& schedule, const std::string& name,
                                       const Gpu& gpu, Dtype dtype);

}  // namespace levelgrad::host
