// SPDX-License-Identifier: MIT
#include "driver.h"

#include <cuda_runtime_api.h>

#include "check.h"

namespace levelgrad::cuda {
namespace {

template <class Function>
void find(const char* name, Function& function) {
  void* found = nullptr;
  cudaDriverEntryPointQueryResult result = cudaDriverEntryPointSymbolNotFound;
#if CUDART_VERSION >= 12050
  // A fixed version: a newer header may give a function other parameters than a newer driver does.
  constexpr unsigned version = 12000;
  const cudaError_t status =
      cudaGetDriverEntryPointByVersion(name, &found, version, cudaEnableDefault, &result);
#else
  const cudaError_t status = cudaGetDriverEntryPoint(name, &found, cudaEnableDefault, &result);
#endif
  check(status, name);
  if (result != cudaDriverEntryPointSuccess || found == nullptr) {
    throw DeviceError("the NVIDIA driver has no " + std::string(name),
                      "update the driver: levelgrad needs one for CUDA 12");
  }
  function = reinterpret_cast<Function>(found);
}

}  // namespace

Driver::Driver() {
  find("cuGetErrorName", error_name);
  find("cuGetErrorString", error_string);
  find("cuModuleLoadDataEx", module_load);
  find("cuModuleUnload", module_unload);
  find("cuModuleGetFunction", module_function);
  find("cuModuleGetGlobal", module_global);
  find("cuFuncGetAttribute", function_attribute);
  find("cuFuncSetAttribute", set_function_attribute);
  find("cuOccupancyMaxActiveBlocksPerMultiprocessor", blocks_per_multiprocessor);
  find("cuLaunchKernel", launch);
  find("cuLaunchCooperativeKernel", launch_cooperative);
}

const Driver& Driver::get() {
  static const Driver found;
  return found;
}

void Driver::check(CUresult status, const std::string& what, const std::string& hint,
                   std::source_location where) const {
  if (status == CUDA_SUCCESS) return;
  (void)cudaGetLastError();  // cudaemu's driver leaves its errors with the runtime
  const char *name = nullptr, *text = nullptr;
  (void)error_name(status, &name);
  (void)error_string(status, &text);
  const std::string message = what + at(where) + ": " + (text == nullptr ? "error" : text) + " (" +
                              (name == nullptr ? std::to_string(status) : name) + ")";
  if (status != CUDA_ERROR_OUT_OF_MEMORY) throw DeviceError(message, hint);
  throw OutOfDeviceMemory(message, hint);
}

}  // namespace levelgrad::cuda
