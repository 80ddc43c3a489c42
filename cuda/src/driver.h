// SPDX-License-Identifier: MIT
//
// The part of the driver's API that loads and launches code made at run time. The runtime hands out
// the entry points, so no program is linked with the driver's library. The runtime has calls of its
// own for this only from CUDA 12.8 on; one way for all versions is easier to trust.
#pragma once

#include <cuda.h>

#include <source_location>
#include <string>

namespace levelgrad::cuda {

struct Driver {
  decltype(&cuGetErrorName) error_name;
  decltype(&cuGetErrorString) error_string;
  decltype(&cuModuleLoadDataEx) module_load;
  decltype(&cuModuleUnload) module_unload;
  decltype(&cuModuleGetFunction) module_function;
  decltype(&cuModuleGetGlobal) module_global;
  decltype(&cuFuncGetAttribute) function_attribute;
  decltype(&cuFuncSetAttribute) set_function_attribute;
  decltype(&cuOccupancyMaxActiveBlocksPerMultiprocessor) blocks_per_multiprocessor;
  decltype(&cuLaunchKernel) launch;
  decltype(&cuLaunchCooperativeKernel) launch_cooperative;

  /// Threads: any. Errors: DeviceError where there is no driver, or one that lacks a function.
  [[nodiscard]] static const Driver& get();

  /// Throws DeviceError, or OutOfDeviceMemory, with what was done and the place.
  void check(CUresult status, const std::string& what, const std::string& hint = {},
             std::source_location where = std::source_location::current()) const;

private:
  Driver();
};

}  // namespace levelgrad::cuda
