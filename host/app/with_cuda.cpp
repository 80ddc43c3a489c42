// SPDX-License-Identifier: MIT
//
// The one file of the program that knows the cuda library.
#include <sstream>

#include "gpus.h"
#include "levelgrad/cuda/devices.h"
#include "levelgrad/cuda/ensemble.h"
#include "levelgrad/cuda/level_executor.h"
#include "levelgrad/error.h"

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

}  // namespace

Gpus find_gpus() {
  const cuda::Devices found = devices();
  Gpus result;
  result.toolkit = LEVELGRAD_CUDA_TOOLKIT;
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
  return cuda::train_ensemble<T>(program, ensemble, {.device = device});
}

template std::unique_ptr<BasicExecutor<float>> make_level_executor(int, const std::string&);
template std::unique_ptr<BasicExecutor<double>> make_level_executor(int, const std::string&);
template std::vector<BasicModelReport<float>> train_on_gpu(int, const Program&,
                                                           const BasicEnsemble<float>&);
template std::vector<BasicModelReport<double>> train_on_gpu(int, const Program&,
                                                            const BasicEnsemble<double>&);

}  // namespace levelgrad::app
