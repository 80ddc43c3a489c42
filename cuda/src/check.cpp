// SPDX-License-Identifier: MIT
#include "check.h"

#include <string>

namespace levelgrad::cuda {

void check(cudaError_t status, const char* call, std::source_location where) {
  if (status == cudaSuccess) return;
  (void)cudaGetLastError();  // unless the device is broken, the next call starts afresh
  const std::string text = std::string(call) + at(where) + ": " + cudaGetErrorString(status) +
                           " (" + cudaGetErrorName(status) + ")";
  if (status != cudaErrorMemoryAllocation) throw DeviceError(text);
  throw OutOfDeviceMemory(text);
}

}  // namespace levelgrad::cuda
