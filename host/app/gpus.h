// SPDX-License-Identifier: MIT
//
// What this program has of CUDA: what it was built with, the GPUs, the executors that need one.
// The rest of the program asks here, so that it is the same source with and without CUDA.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "levelgrad/ensemble.h"
#include "levelgrad/executor.h"

namespace levelgrad::app {

struct FoundGpu {
  int index;  ///< N of --device cuda:N
  std::string name;
  std::string compute_capability;  ///< "9.0"
  int multiprocessors;
  std::size_t memory;         ///< bytes
  std::size_t shared_memory;  ///< bytes that one block can have
};

struct Gpus {
  std::string toolkit;                     ///< "13.0"; "": this build has no CUDA
  std::vector<std::string> architectures;  ///< "75-virtual", "90-real": as CMake names them
  std::string driver;  ///< the newest CUDA that the driver supports; "": there is no driver
  std::vector<FoundGpu> list;
  std::string why_none;  ///< "" where the list holds one

  [[nodiscard]] bool built() const { return !toolkit.empty(); }
  [[nodiscard]] bool usable() const { return !list.empty(); }
};

/// NVRTC, which compiles for cuda-fused.
struct FoundNvrtc {
  std::string version;   ///< "13.0"; "": there is none
  std::string why_none;  ///< "" where there is one
};

/// What Gpus::toolkit says, without a look at the machine.
[[nodiscard]] std::string built_toolkit();

/// Looks once. Never throws for a machine without GPU or driver: says why instead.
[[nodiscard]] const Gpus& gpus();

/// What gpus() asks. This, built_toolkit() and the functions below require_gpu() are in
/// with_cuda.cpp and in without_cuda.cpp, of which a build takes one.
[[nodiscard]] Gpus find_gpus();

/// Takes a tenth of a second. Never throws for a machine without.
[[nodiscard]] FoundNvrtc find_nvrtc();

/// Errors: DeviceError where no GPU has this index, with the reason and what to do.
void require_gpu(int index);

/// The cuda-level executor. strategy   "auto", "launches" or "persistent".
/// Errors: as require_gpu(); UsageError for another strategy.
template <class T>
[[nodiscard]] std::unique_ptr<BasicExecutor<T>> make_level_executor(int device,
                                                                    const std::string& strategy);

/// Trains all models of an ensemble at once, each as if it were alone, bit for bit.
/// Errors: as require_gpu() and check_ensemble().
template <class T>
[[nodiscard]] std::vector<BasicModelReport<T>> train_on_gpu(int device, const Program& program,
                                                            const BasicEnsemble<T>& ensemble);

/// The cuda-fused executor, exact or fast. On stderr it says, each in a line and once, that it runs
/// as cuda-level does and why, and what is wrong with the cache. Errors: as require_gpu().
template <class T>
[[nodiscard]] std::unique_ptr<BasicExecutor<T>> make_fused_executor(int device, Math math);

extern template std::unique_ptr<BasicExecutor<float>> make_fused_executor(int, Math);
extern template std::unique_ptr<BasicExecutor<double>> make_fused_executor(int, Math);
extern template std::unique_ptr<BasicExecutor<float>> make_level_executor(int, const std::string&);
extern template std::unique_ptr<BasicExecutor<double>> make_level_executor(int, const std::string&);
extern template std::vector<BasicModelReport<float>> train_on_gpu(int, const Program&,
                                                                  const BasicEnsemble<float>&);
extern template std::vector<BasicModelReport<double>> train_on_gpu(int, const Program&,
                                                                   const BasicEnsemble<double>&);

}  // namespace levelgrad::app
