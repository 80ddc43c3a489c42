// SPDX-License-Identifier: MIT
//
// Runs passes over a batch: cuts it into tiles that fit the device, brings inputs, lets a strategy
// run each tile, and puts their folds together.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "batch_source.h"
#include "fused_bodies.h"
#include "launch_strategy.h"
#include "levelgrad/cuda/level_executor.h"
#include "loaded_programs.h"
#include "mixed_tile.h"
#include "strategy_choice.h"
#include "tile_results.h"
#include "tile_slot.h"

namespace levelgrad::cuda {

template <class T>
class Sweep {
public:
  Sweep(LoadedPrograms<T>& loaded, const LevelOptions& options, cudaStream_t computing,
        cudaStream_t copying);

  /// Compiles what is compiled, so that no batch has to wait for it.
  void prepare();
  /// What runs steps of batches of at most so many examples in one launch; null: nothing does.
  [[nodiscard]] FusedSteps<T>* steps_of(std::size_t longest, const std::string& optimizer,
                                        std::size_t state_bytes);
  [[nodiscard]] const std::string& why_not_fused() const { return fused_.why_not(); }

  /// Forward, and backward where the results need it; uniform results stay on the device. late: the
  /// epilogue's grads are computed again when the joins are known, for those who look at them.
  ///
  /// errors   DeviceError; OutOfDeviceMemory where not even the smallest tile fits.
  void run(const BatchSource<T>& source, const BasicResults<T>& results, bool late);

  /// Runs one example alone, keeping every number: [slot]. Behind run(), for the batch's seeds.
  [[nodiscard]] std::vector<T> numbers_of(const BatchSource<T>& source, std::size_t example);

private:
  /// One pass over the batch.
  struct Pass {
    bool backward = false;
    std::uint32_t before = 0, after = 0;       ///< UniformParts of the first and the last tile
    const BasicResults<T>* results = nullptr;  ///< of lanes; null: none are wanted
    const DeviceBodies* bodies = nullptr;
  };

  void run_pass(const BatchSource<T>& source, const Pass& pass);
  void run_tiles(const BatchSource<T>& source, const Pass& pass, std::size_t tile);
  void run_tile(const BatchSource<T>& source, const Pass& pass, TileRange range, std::size_t tile,
                std::size_t tiles);
  void run_by_strategy(TileTask<T>& task, const BatchSource<T>& source, const Pass& pass,
                       TileRange range);
  void launch_example_grads(const TileTask<T>& task, bool mixed, T* result);
  void reserve(const BatchSource<T>& source, const Pass& pass, std::size_t tile);
  void release();
  [[nodiscard]] std::size_t bytes_of_example(const BatchSource<T>& source, const Pass& pass);
  [[nodiscard]] std::size_t tile_for(const BatchSource<T>& source, const Pass& pass);
  [[nodiscard]] TileResults<T> results_of(const Pass& pass) const {
    return {loaded_.first(), pass.results};
  }
  [[nodiscard]] FusedBody<T>* fused_body(const BatchSource<T>& source, const Pass& pass);
  [[nodiscard]] std::uint32_t resident_lanes(const BatchSource<T>& source, const Pass& pass) const;
  void set_weight(std::size_t example_count);

  LoadedPrograms<T>& loaded_;
  LevelOptions options_;
  cudaStream_t computing_, copying_;
  std::size_t budget_ = 0;     // bytes, when nothing of a batch was there; 0: not known yet
  std::size_t weight_of_ = 0;  // the batch size whose weight is on the device

  std::array<TileSlot<T>, 2> slots_;
  DeviceArray<T> data_;           // [slot][lane]
  DeviceArray<T> joined_;         // [join][place]
  DeviceArray<T> folds_;          // [chunk][width]
  DeviceArray<T> scratch_;        // of the tree
  DeviceArray<T> tile_folds_;     // [tile][width]
  DeviceArray<T> example_folds_;  // [fold, shared node][place]
  MixedTile<T> mixed_;
  FusedBodies<T> fused_;
  LaunchStrategy<T> launches_;  // has captured launches of what stands above
  StrategyChoice choice_;
};

}  // namespace levelgrad::cuda
