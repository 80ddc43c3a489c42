// SPDX-License-Identifier: MIT
//
// What fused kernels are launched with, and what their launches have in common.
#pragma once

#include <algorithm>
#include <vector>

#include "check.h"
#include "fused_plan.h"
#include "jit_module.h"
#include "levelgrad/error.h"

namespace levelgrad::cuda {

/// The kernels' parameter, as kits/fused_kernel.cuh declares it.
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

/// The kernel's parameter, as kits/fused_steps.cuh declares it.
template <class T>
struct StepsArguments {
  FusedArguments<T> body;
  const unsigned* indices;
  const unsigned *first_index, *example_count;
  const void* scalars;
  T* parameters;
  void* states;
  T *grads, *losses;
  int* flags;
  unsigned* arrived;
  unsigned chunk_room, all_steps;
  unsigned first_step, step_count;
};

[[nodiscard]] inline std::size_t device_attribute(cudaDeviceAttr which, int device) {
  int value = 0;
  LG_CUDA(cudaDeviceGetAttribute(&value, which, device));
  return static_cast<std::size_t>(value);
}

[[nodiscard]] inline SharedMemory shared_memory(int device) {
  return {device_attribute(cudaDevAttrMaxSharedMemoryPerBlockOptin, device),
          device_attribute(cudaDevAttrMaxSharedMemoryPerMultiprocessor, device)};
}

/// Blocks that the device holds at once, at least 1.
[[nodiscard]] inline unsigned resident_blocks(const JitKernel& kernel, unsigned threads,
                                              std::size_t shared_bytes, int device) {
  const std::size_t multiprocessors = device_attribute(cudaDevAttrMultiProcessorCount, device);
  const int of_one = kernel.blocks_per_multiprocessor(threads, shared_bytes);
  return static_cast<unsigned>(static_cast<std::size_t>(std::max(of_one, 1)) * multiprocessors);
}

/// The source, compiled and loaded. A driver that does not take the code, as one that is older than
/// NVRTC, is not a device that has failed: other kernels run.
[[nodiscard]] inline JitModule module_of(const JitSource& source, int device, CodeCache& cache) {
  try {
    return load_or_recompile(source, jit_target(device), {}, &cache).module;
  } catch (const OutOfDeviceMemory&) {
    throw;
  } catch (const DeviceError& error) {
    throw CompilerError(error.message());
  }
}

[[nodiscard]] inline std::vector<std::uint32_t> numbers_of(const std::vector<TileKind>& kinds) {
  std::vector<std::uint32_t> numbers;
  for (const TileKind kind : kinds) numbers.push_back(static_cast<std::uint32_t>(kind));
  return numbers;
}

}  // namespace levelgrad::cuda
