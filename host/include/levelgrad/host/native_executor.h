// SPDX-License-Identifier: MIT
//
// The CPU executor that compiles: a Program as C++ for the processor at hand.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "levelgrad/code_cache.h"
#include "levelgrad/host/cpu_executor.h"

namespace levelgrad::host {

/// How the native executor works; only math has an effect on bits.
struct NativeOptions {
  std::size_t threads = 0;                     ///< 0: one for each core
  std::shared_ptr<CodeCache> cache = nullptr;  ///< null: files in DiskCache::default_folder()
  std::vector<std::string> flags = {};         ///< for the compiler, behind ours: -O1
  std::size_t vector_bytes = 0;                ///< 16, 32 or 64; 0: as the processor has them
  std::size_t piece_size = 0;                  ///< LaneCodeNeeds::piece_size; 0: its default
  Math math = Math::Exact;                     ///< of compiled bodies; what is not stays exact
};

template <class T>
class NativeBodies;

/// Runs a batch as the host executor does, but for the bodies of the Programs: those are straight-
/// line code, a vector of lanes for each number, that the system's compiler makes when a Program is
/// loaded (a second or two for the moons net, and then from the cache).
///
/// What cannot be compiled, or is too large for it, runs as the host executor runs it: why_not()
/// says why. The bits are the same, but in fast mode.
///
/// errors   CompilerError where there is no compiler; ArgumentError for options out of range.
template <class T>
class BasicNativeExecutor : public BasicCpuExecutor<T> {
public:
  explicit BasicNativeExecutor(const NativeOptions& options = {});

  [[nodiscard]] std::string name() const override;
  /// Why what was loaded is not, or not all, compiled; "" where it is.
  [[nodiscard]] std::string why_not() const;

private:
  explicit BasicNativeExecutor(std::unique_ptr<NativeBodies<T>>&& bodies, std::size_t threads);

  const NativeBodies<T>& bodies_;  // the implementation's
};

extern template class BasicNativeExecutor<float>;
extern template class BasicNativeExecutor<double>;

using NativeExecutor = BasicNativeExecutor<double>;
using NativeExecutorF32 = BasicNativeExecutor<float>;

}  // namespace levelgrad::host
