// SPDX-License-Identifier: MIT
//
// Calls to CUDA that are looked at: an error names the call and the place.
#pragma once

#include <cuda_runtime_api.h>

#include <source_location>

#include "levelgrad/error.h"

namespace levelgrad::cuda {

/// A call for memory that the device does not have; the device itself is well.
class OutOfDeviceMemory : public DeviceError {
  using DeviceError::DeviceError;
};

/// Throws DeviceError, or OutOfDeviceMemory, with the call's text and place.
void check(cudaError_t status, const char* call,
           std::source_location where = std::source_location::current());

#define LG_CUDA(call) ::levelgrad::cuda::check(call, #call)

}  // namespace levelgrad::cuda
