// SPDX-License-Identifier: MIT
//
// CUDA C++ that is made when levelgrad runs, compiled under the numerics contract.
#pragma once

#include <string>
#include <vector>

#include "levelgrad/code_cache.h"
#include "nvrtc_library.h"

namespace levelgrad::cuda {

/// The GPU that code is compiled for, by its compute capability, and in which form.
struct JitTarget {
  int major = 0, minor = 0;
  bool ptx_only = false;    ///< never machine code: the driver compiles the PTX
  bool cubin_only = false;  ///< never PTX
};

/// A target as the environment variable LEVELGRAD_JIT has it: "ptx", "cubin", or neither where it
/// is empty or not set.
///
/// errors  ArgumentError for another value.
[[nodiscard]] JitTarget jit_target(int major, int minor);
/// The same for a device of this machine. Errors: DeviceError, too.
[[nodiscard]] JitTarget jit_target(int device);

struct JitCode {
  std::string bytes;  ///< PTX as text, or a cubin
  bool is_ptx = false;
  bool cached = false;    ///< the compiler did not run
  double compile_ms = 0;  ///< 0 where it did not
};

/// Compiles, or finds in the cache what was compiled before.
///
/// Machine code for the GPU where NVRTC knows its architecture, else PTX for the newest one that is
/// not newer than the GPU.
///
/// options    besides the contract's: "-DNAME=1", "--maxrregcount=64". None about rounding.
/// cache      where code is found and kept; may be null.
/// contract   whether a * b + c may become one fma: other bits than the host's. For Math::Fast.
/// threads    any.
/// errors     CompilerError: no NVRTC, a mistake in the source, or a GPU that NVRTC is too new or,
///            for cubin_only, too old for; InternalError for an option about rounding.
[[nodiscard]] JitCode compile(const JitSource& source, const JitTarget& target,
                              const std::vector<std::string>& options, CodeCache* cache,
                              bool contract = false);

/// The same without looking into the cache; what it holds is replaced.
[[nodiscard]] JitCode compile_afresh(const JitSource& source, const JitTarget& target,
                                     const std::vector<std::string>& options, CodeCache* cache,
                                     bool contract = false);

}  // namespace levelgrad::cuda
