// SPDX-License-Identifier: MIT
//
// A Program's body as one kernel that was compiled for it.
#pragma once

#include "device_memory.h"
#include "fused_plan.h"
#include "jit_module.h"
#include "levelgrad/storage.h"
#include "tile_task.h"
#include "uniform_layout.h"

namespace levelgrad::cuda {

/// Where uniform numbers stand, as kits/fused_uniform.cuh declares it.
struct UniformPlaces {
  unsigned epilogue, left, final_grads, seeds, sums, folds, weight;
};

template <class T>
class FusedBody {
public:
  /// Compiles, or finds in the cache, and loads.
  ///
  /// errors   CompilerError where there is no NVRTC, it fails, the driver does not take what it
  ///          makes, or the body is too large for a kernel; DeviceError.
  FusedBody(const Schedule& schedule, const UniformLayout& layout, const StorageNeeds& needs,
            int device, CodeCache& cache, cudaStream_t stream);

  [[nodiscard]] const StorageNeeds& needs() const { return needs_; }

  /// A tile: the uniform part before it, the body, the folds of its chunks, the tree, the uniform
  /// part behind it. Asynchronous.
  void run(const TileTask<T>& task, cudaStream_t stream);

private:
  void run_before(const TileTask<T>& task, cudaStream_t stream);
  void run_lanes(const TileTask<T>& task, cudaStream_t stream);
  void run_after(const TileTask<T>& task, cudaStream_t stream);

  StorageNeeds needs_;
  FusedPlan plan_;
  std::size_t number_count_ = 0;
  JitModule module_;
  JitKernel kernel_, before_, after_;
  UniformPlaces places_ = {};
  std::size_t uniform_bytes_ = 0;  // of shared memory; 0: the uniform part has no kernels here
  T* constant_bank_ = nullptr;     // [2 * number_count]; null: the numbers are not in it
  DeviceArray<T> twice_;           // what is copied there
  unsigned most_blocks_ = 0;
  DeviceArray<FusedTile> tiles_;
  DeviceArray<std::uint32_t> warps_, kinds_, slots_;
  DeviceArray<int> folded_;
};

extern template class FusedBody<float>;
extern template class FusedBody<double>;

}  // namespace levelgrad::cuda
