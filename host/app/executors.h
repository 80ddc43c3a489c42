// SPDX-License-Identifier: MIT
//
// The executors that this program knows: the one list that names them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "levelgrad/executor.h"

namespace levelgrad::app {

/// What the command line says about executors.
struct ExecutorOptions {
  int threads = 0;                ///< of executors on the CPU; 0: as many as there are cores
  int device = 0;                 ///< which GPU
  std::string strategy = "auto";  ///< of cuda-level: "auto", "launches" or "persistent"
  Math math = Math::Exact;        ///< Fast: of those that have a fast mode
};

/// Where an executor runs.
enum class Place : unsigned char { Cpu, Gpu };

/// All of them, whether they can run here or not. Fastest first, the reference last.
[[nodiscard]] std::vector<std::string> executor_names();
/// Those that can run here, in the same order: none of the GPU's where no GPU can be used.
[[nodiscard]] std::vector<std::string> usable_executor_names();

/// Errors: UsageError for a name that is not in the list, which it shows.
[[nodiscard]] Place place_of(const std::string& name);
/// Whether ExecutorOptions::strategy has a meaning for it.
[[nodiscard]] bool has_strategies(const std::string& name);
/// Whether it has a compiler make code of a Program first: a second or two.
[[nodiscard]] bool compiles(const std::string& name);
/// Whether it can contract: its compiler does, so these are the ones that compile.
[[nodiscard]] bool has_fast_mode(const std::string& name);

/// One that compiles runs, where that cannot be, as the host executor or as cuda-level, and says so
/// on stderr.
///
/// Errors: as place_of(); DeviceError, with the reason, for one that cannot run here.
template <class T>
[[nodiscard]] std::unique_ptr<BasicExecutor<T>> make_executor(const std::string& name,
                                                              const ExecutorOptions& options);

extern template std::unique_ptr<BasicExecutor<float>> make_executor(const std::string&,
                                                                    const ExecutorOptions&);
extern template std::unique_ptr<BasicExecutor<double>> make_executor(const std::string&,
                                                                     const ExecutorOptions&);

}  // namespace levelgrad::app
