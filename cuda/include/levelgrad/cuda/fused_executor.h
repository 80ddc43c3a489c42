// SPDX-License-Identifier: MIT
//
// cuda-fused: a Program's body compiled into one kernel.
#pragma once

#include <memory>
#include <string>

#include "levelgrad/cuda/level_executor.h"

namespace levelgrad::cuda {

/// How the cuda-fused executor works; only math has an effect on bits.
struct FusedOptions {
  int device = 0;
  std::size_t tile_lanes = 0;                  ///< as LevelOptions::tile_lanes
  std::shared_ptr<CodeCache> cache = nullptr;  ///< null: kept as long as the process runs
  Math math = Math::Exact;                     ///< of what is compiled
};

/// NVRTC, which compiles bodies.
struct FoundNvrtc {
  std::string version;   ///< "13.0"; "": there is none
  std::string why_none;  ///< one line; "" where there is one
};

/// Opens it, which takes a tenth of a second. Never throws for a machine without.
[[nodiscard]] FoundNvrtc find_nvrtc();

/// Runs a batch on a GPU with a kernel that NVRTC makes of the body when a Program is loaded: one
/// lane per thread, numbers in registers; factors of the parameters' contributions in shared
/// memory, where threads fold tiles of parameters in the batch order.
///
/// Everything else, and a body that cannot be compiled or is too large for it, runs as the executor
/// cuda-level runs it: why_not() says why. Examples of different Programs in one batch, and grads
/// of each example, too. The bits are the same, but in fast mode.
///
/// errors   as BasicLevelExecutor.
template <class T>
class BasicFusedExecutor : public BasicLevelExecutor<T> {
public:
  explicit BasicFusedExecutor(FusedOptions options = {})
      : BasicLevelExecutor<T>({.device = options.device,
                               .strategy = Strategy::Fused,
                               .tile_lanes = options.tile_lanes,
                               .cache = std::move(options.cache),
                               .math = options.math}) {}
};

using FusedExecutor = BasicFusedExecutor<double>;
using FusedExecutorF32 = BasicFusedExecutor<float>;

}  // namespace levelgrad::cuda
