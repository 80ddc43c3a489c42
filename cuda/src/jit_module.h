// SPDX-License-Identifier: MIT
//
// Compiled code in a device's memory: its kernels and its arrays.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "jit_compiler.h"

struct CUfunc_st;  // of <cuda.h>
struct CUmod_st;

namespace levelgrad::cuda {

/// A kernel of a JitModule, which must outlive it. A handle: copies name the same kernel; one that
/// is made by default names none, and cannot be used.
///
/// In all calls the module's device is the thread's current one. Errors: DeviceError that names the
/// kernel.
class JitKernel {
public:
  JitKernel() = default;
  /// Launches, or adds a launch to the graph that the stream captures.
  ///
  /// dynamic_shared   bytes, up to what set_dynamic_shared() allowed.
  /// args             a pointer to each of the kernel's parameters; read before this returns.
  /// cooperative      all blocks are resident at once, so they may wait for each other; a grid
  ///                  that does not fit is an error.
  void launch(dim3 grid, dim3 block, std::size_t dynamic_shared, cudaStream_t stream, void** args,
              bool cooperative = false) const;

  /// Allows so many bytes of dynamic shared memory: needed above 48 KB. For all copies.
  void set_dynamic_shared(std::size_t bytes) const;
  /// How many blocks of so many threads fit on a multiprocessor at once; 0 where none does.
  [[nodiscard]] int blocks_per_multiprocessor(unsigned threads, std::size_t dynamic_shared) const;
  /// Registers of a thread.
  [[nodiscard]] int registers() const;
  /// Bytes of a thread's stack and of its spilled registers.
  [[nodiscard]] int local_bytes() const;

private:
  friend class JitModule;
  JitKernel(CUfunc_st* function, std::string name) : function_(function), name_(std::move(name)) {}
  [[nodiscard]] int attribute(int which) const;

  CUfunc_st* function_ = nullptr;
  std::string name_;
};

/// Code that is loaded on a device until its owner goes.
class JitModule {
public:
  JitModule() = default;  ///< holds nothing
  /// Loads on the calling thread's current device. Not while a stream of the thread captures.
  ///
  /// errors  OutOfDeviceMemory, and DeviceError with what the driver's compiler said.
  explicit JitModule(const JitCode& code);
  JitModule(JitModule&& other) noexcept
      : module_(std::exchange(other.module_, nullptr)), device_(other.device_) {}
  JitModule& operator=(JitModule&& other) noexcept {
    std::swap(module_, other.module_);
    std::swap(device_, other.device_);
    return *this;
  }
  /// Nothing may be running in it.
  ~JitModule();

  /// A kernel by its name, declared extern "C". Errors: DeviceError for a name that it lacks.
  [[nodiscard]] JitKernel kernel(const std::string& name) const;

  struct Global {
    void* data;  ///< in the device's memory: for cudaMemcpy
    std::size_t bytes;
  };
  /// An array declared extern "C" __device__ or __constant__ that some kernel reads. Errors:
  /// DeviceError for a name that it lacks.
  [[nodiscard]] Global global(const std::string& name) const;

private:
  CUmod_st* module_ = nullptr;
  int device_ = 0;
};

/// A module, and the code that it was made of.
struct JitLoaded {
  JitModule module;
  JitCode code;
};

/// compile() and the module. Code from the cache that the driver refuses, as one may after an
/// update, is compiled again, and kept.
///
/// errors  those of compile() and of JitModule.
[[nodiscard]] JitLoaded load_or_recompile(const JitSource& source, const JitTarget& target,
                                          const std::vector<std::string>& options, CodeCache* cache,
                                          bool contract = false);

}  // namespace levelgrad::cuda
