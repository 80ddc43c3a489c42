// SPDX-License-Identifier: MIT
#include "check.h"

#include <string>

namespace levelgrad::cuda {

void check(cudaError_t status, const char* call, std::source_location where) {
  if (status == cudaSuccess) return;
  const std::string text = std::string(call) + at(where) + ": " + cudaGetErrorString(status) +
                           " (" + cudaGetErrorName(status) + ")";
  if (status != cudaErrorMemoryAllocation) throw DeviceError(text);
  (void)cudaGetLastError();  // it does not stick
  throw OutOfDeviceMemory(text);
}

}  // namespace levelgrad::cuda
