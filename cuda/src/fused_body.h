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

template <class T>
class FusedBody {
public:
  /// Compiles, or finds in the cache, and loads.
  ///
  /// errors   CompilerError where there is no NVRTC, it fails, the driver does not take what it
  ///          makes, or the body is too large for a kernel; DeviceError.
  FusedBody(const Schedule& schedule, const UniformLayout& layout, const StorageNeeds& needs,
            int device, CodeCache* cache, cudaStream_t stream);

  [[nodiscard]] const StorageNeeds& needs() const { return needs_; }

  /// The body of a tile, and the folds of its chunks: joins' sums and grads. Asynchronous.
  void launch(const TileTask<T>& task, cudaStream_t stream);

private:
  StorageNeeds needs_;
  FusedPlan plan_;
  std::size_t number_count_ = 0;
  JitModule module_;
  JitKernel kernel_;
  T *forward_numbers_ = nullptr, *backward_numbers_ = nullptr;  // null: not in the constant bank
  unsigned most_blocks_ = 0;
  DeviceArray<FusedTile> tiles_;
  DeviceArray<std::uint32_t> warps_, kinds_, slots_;
};

extern template class FusedBody<float>;
extern template class FusedBody<double>;

}  // namespace levelgrad::cuda
