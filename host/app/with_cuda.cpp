// SPDX-License-Identifier: MIT
//
// The one file of the program that knows the cuda library.
#include <sstream>
#include <utility>

#include "compiling_notes.h"
#include "gpus.h"
#include "levelgrad/cuda/devices.h"
#include "levelgrad/cuda/ensemble.h"
#include "levelgrad/cuda/fused_executor.h"
#include "levelgrad/cuda/level_executor.h"
#include "levelgrad/error.h"
#include "levelgrad/host/disk_cache.h"

namespace levelgrad::app {
namespace {

/// A GPU that is there and cannot be asked is one that cannot be used.
cuda::Devices devices() {
  try {
    return cuda::find_devices();
  } catch (const DeviceError& error) {
    cuda::Devices none;
    none.why_none = error.message();
    return none;
  }
}

cuda::Strategy strategy_named(const std::string& name) {
  using enum cuda::Strategy;
  for (const cuda::Strategy strategy : {Auto, Launches, Persistent}) {
    if (name == cuda::name_of(strategy)) return strategy;
  }
  throw UsageError("--strategy: '" + name + "' is none of auto, launches, persistent");
}

/// cuda-fused, and what became of it.
template <class T>
class TellingExecutor : public cuda::BasicFusedExecutor<T> {
public:
  using Base = cuda::BasicFusedExecutor<T>;

  TellingExecutor(int device, Math math, std::shared_ptr<host::DiskCache> cache)
      : Base({.device = device, .cache = cache, .math = math}), cache_(std::move(cache)) {}

  using Base::load;
  void load(std::span<const Program> programs) override {
    Base::load(programs);
    tell();
  }
  void run(const BasicBatch<T>& batch, const BasicResults<T>& results) override {
    Base::run(batch, results);
    tell();
  }

private:
  void tell() { notes_.tell(this->why_not(), *cache_); }

  std::shared_ptr<host::DiskCache> cache_;
  CompilingNotes notes_{"cuda-fused runs as cuda-level does"};
};

}  // namespace

FoundNvrtc find_nvrtc() {
  const cuda::FoundNvrtc found = cuda::find_nvrtc();
  return {found.version, found.why_none};
}

std::string built_toolkit() { return LEVELGRAD_CUDA_TOOLKIT; }

Gpus find_gpus() {
  const cuda::Devices found = devices();
  Gpus result;
  result.toolkit = built_toolkit();
  std::istringstream architectures(LEVELGRAD_CUDA_ARCHITECTURES);
  for (std::string each; architectures >> each;) result.architectures.push_back(each);
  if (found.driver != 0) result.driver = cuda::version_text(found.driver);
  for (const cuda::Device& device : found.list) {
    result.list.push_back({device.index, device.name,
                           std::to_string(device.major) + "." + std::to_string(device.minor),
                           device.multiprocessors, device.memory, device.shared_memory});
  }
  result.why_none = found.why_none;
  return result;
}

template <class T>
std::unique_ptr<BasicExecutor<T>> make_level_executor(int device, const std::string& strategy) {
  const cuda::LevelOptions options = {.device = device, .strategy = strategy_named(strategy)};
  require_gpu(device);
  return std::make_unique<cuda::BasicLevelExecutor<T>>(options);
}

template <class T>
std::vector<BasicModelReport<T>> train_on_gpu(int device, const Program& program,
                                              const BasicEnsemble<T>& ensemble) {
  require_gpu(device);
  const cuda::FusedOptions options = {.device = device,
                                      .cache = std::make_shared<host::DiskCache>()};
  return cuda::train_ensemble<T>(program, ensemble, options);
}

template <class T>
std::unique_ptr<BasicExecutor<T>> make_fused_executor(int device, Math math) {
  require_gpu(device);
  return std::make_unique<TellingExecutor<T>>(device, math, std::make_shared<host::DiskCache>());
}

template std::unique_ptr<BasicExecutor<float>> make_fused_executor(int, Math);
template std::unique_ptr<BasicExecutor<double>> make_fused_executor(int, Math);
template std::unique_ptr<BasicExecutor<float>> make_level_executor(int, const std::string&);
template std::unique_ptr<BasicExecutor<double>> make_level_executor(int, const std::string&);
template std::vector<BasicModelReport<float>> train_on_gpu(int, const Program&,
                                                           const BasicEnsemble<float>&);
template std::vector<BasicModelReport<double>> train_on_gpu(int, const Program&,
                                                            const BasicEnsemble<double>&);

}  // namespace levelgrad::app
