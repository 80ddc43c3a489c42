// SPDX-License-Identifier: MIT
#include "levelgrad/cuda/devices.h"

#include "check.h"

namespace levelgrad::cuda {

Devices find_devices() {
  Devices found;
  (void)cudaRuntimeGetVersion(&found.runtime);
  (void)cudaDriverGetVersion(&found.driver);
  int count = 0;
  const cudaError_t status = cudaGetDeviceCount(&count);
  if (status != cudaSuccess) {
    (void)cudaGetLastError();
    found.why_none =
        found.driver == 0 ? "no NVIDIA driver is installed" : cudaGetErrorString(status);
    return found;
  }
  std::string too_old;
  for (int index = 0; index < count; ++index) {
    cudaDeviceProp properties;
    LG_CUDA(cudaGetDeviceProperties(&properties, index));
    constexpr int oldest = 75;  // Turing: what the oldest code in this library is compiled for
    if (10 * properties.major + properties.minor < oldest) {
      too_old = std::string(properties.name) + " is older than compute capability 7.5";
      continue;
    }
    found.list.push_back({index, properties.name, properties.major, properties.minor,
                          properties.multiProcessorCount, properties.totalGlobalMem,
                          properties.sharedMemPerBlockOptin});
  }
  if (found.list.empty()) {
    found.why_none = too_old.empty() ? "the driver finds no GPU" : too_old;
  }
  return found;
}

std::string version_text(int version) {
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

}  // namespace levelgrad::cuda
