// SPDX-License-Identifier: MIT
#include "fused_body.h"

#include <algorithm>

#include "fused_source.h"
#include "levelgrad/error.h"

namespace levelgrad::cuda {
namespace {

/// Numbers of a lane above which compiling takes too long to be worth it, and of one function.
constexpr std::size_t most_numbers = 20'000, piece_numbers = 2'500;

/// The constant bank has 64 KB, of which the compiler takes some for constants of its own.
constexpr std::size_t constant_bytes = 60 * 1024;

/// The kernel's parameter, as kits/fused_kernel.cuh declares it.
template <class T>
struct FusedArguments {
  const T* inputs;
  unsigned long long row_step, input_step;
  const unsigned* row_of;
  T *outputs, *input_grads;
  T* folds;
  const T* left;
  const int* left_of;
  const T* numbers;
  const FusedTile* tiles;
  const unsigned *warps, *kinds;
  const unsigned* slots;
  unsigned warp_count;
  unsigned places, last;
};

SharedMemory shared_memory(int device) {
  const auto attribute = [device](cudaDeviceAttr which) {
    int value = 0;
    LG_CUDA(cudaDeviceGetAttribute(&value, which, device));
    return static_cast<std::size_t>(value);
  };
  return {attribute(cudaDevAttrMaxSharedMemoryPerBlockOptin),
          attribute(cudaDevAttrMaxSharedMemoryPerMultiprocessor)};
}

LaneCode code_of(const Schedule& schedule, const StorageNeeds& needs) {
  const std::size_t numbers = 2 * schedule.program().body().size();
  if (numbers > most_numbers) {
    throw CompilerError("a body of " + std::to_string(schedule.program().body().size()) +
                        " nodes is too large to compile");
  }
  return LaneCode(schedule, {needs.backward, needs.input_grads, piece_numbers});
}

/// A driver that does not take the code, as one that is older than NVRTC, is not a device that has
/// failed: other kernels run.
JitModule module_of(const JitSource& source, int device, CodeCache* cache) {
  try {
    return load_or_recompile(source, jit_target(device), {}, cache).module;
  } catch (const OutOfDeviceMemory&) {
    throw;
  } catch (const DeviceError& error) {
    throw CompilerError(error.message());
  }
}

}  // namespace

template <class T>
FusedBody<T>::FusedBody(const Schedule& schedule, const UniformLayout& layout,
                        const StorageNeeds& needs, int device, CodeCache* cache,
                        cudaStream_t stream)
    : needs_(needs), number_count_(layout.read_by_bodies()) {
  const LaneCode code = code_of(schedule, needs);
  plan_ = fused_plan(code, layout.fold_of(), sizeof(T), shared_memory(device));
  if (plan_.chunks_of_block == 0) {
    throw CompilerError("the factors of " + std::to_string(code.slot_count()) +
                        " numbers do not fit into shared memory");
  }
  const bool constant = 2 * number_count_ * sizeof(T) <= constant_bytes && number_count_ > 0;
  const FusedNumbers numbers = {number_count_, static_cast<std::size_t>(layout.seed(0)),
                                layout.join_count() + (needs.backward ? layout.folded().size() : 0),
                                constant};
  module_ = module_of(fused_source(code, plan_, numbers, sizeof(T) == 8), device, cache);
  kernel_ = module_.kernel("fused");
  kernel_.set_dynamic_shared(plan_.shared_bytes);
  if (constant) {
    forward_numbers_ = static_cast<T*>(module_.global("forward_numbers").data);
    backward_numbers_ = static_cast<T*>(module_.global("backward_numbers").data);
  }
  int multiprocessors = 0;
  LG_CUDA(cudaDeviceGetAttribute(&multiprocessors, cudaDevAttrMultiProcessorCount, device));
  const int resident = kernel_.blocks_per_multiprocessor(plan_.threads, plan_.shared_bytes);
  most_blocks_ = static_cast<unsigned>(std::max(resident, 1) * multiprocessors);
  tiles_.upload(plan_.tiles, stream);
  warps_.upload(plan_.warps, stream);
  slots_.upload(plan_.slots, stream);
  std::vector<std::uint32_t> kinds;
  for (const TileKind kind : plan_.kinds) kinds.push_back(static_cast<std::uint32_t>(kind));
  kinds_.upload(kinds, stream);
  LG_CUDA(cudaStreamSynchronize(stream));
}

template <class T>
void FusedBody<T>::launch(const TileTask<T>& task, cudaStream_t stream) {
  if (forward_numbers_ != nullptr) {
    for (T* const copy : {forward_numbers_, backward_numbers_}) {
      LG_CUDA(cudaMemcpyAsync(copy, task.numbers, number_count_ * sizeof(T),
                              cudaMemcpyDeviceToDevice, stream));
    }
  }
  const LanesView<T>& lanes = task.lanes;
  FusedArguments<T> arguments = {lanes.rows.numbers,
                                 lanes.rows.row_step,
                                 lanes.rows.input_step,
                                 lanes.rows.row_of,
                                 lanes.outputs,
                                 lanes.input_grads,
                                 task.folds.folds,
                                 task.folds.left,
                                 task.folds.left_of,
                                 task.numbers,
                                 tiles_.data(),
                                 warps_.data(),
                                 kinds_.data(),
                                 slots_.data(),
                                 static_cast<unsigned>(plan_.kinds.size()),
                                 lanes.count,
                                 task.folds.last ? 1u : 0u};
  const unsigned chunks = (lanes.count + 127) / 128;
  const unsigned blocks = (chunks + plan_.chunks_of_block - 1) / plan_.chunks_of_block;
  void* parameters[] = {&arguments};
  kernel_.launch(dim3(std::min(blocks, most_blocks_)), dim3(plan_.threads), plan_.shared_bytes,
                 stream, parameters);
}

template class FusedBody<float>;
template class FusedBody<double>;

}  // namespace levelgrad::cuda
