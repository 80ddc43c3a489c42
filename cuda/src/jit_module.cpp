// SPDX-License-Identifier: MIT
#include "jit_module.h"

#include <array>

#include "check.h"
#include "driver.h"

namespace levelgrad::cuda {
namespace {

/// Makes a device the thread's current one, for the driver too, until the scope ends.
class OnDevice {
public:
  explicit OnDevice(int device) {
    known_ = cudaGetDevice(&before_) == cudaSuccess;
    status = cudaSetDevice(device);
  }
  ~OnDevice() {
    if (known_) (void)cudaSetDevice(before_);
  }
  OnDevice(const OnDevice&) = delete;
  OnDevice& operator=(const OnDevice&) = delete;

  cudaError_t status;

private:
  int before_ = 0;
  bool known_;
};

std::string hint_for(CUresult status, bool is_ptx) {
  switch (status) {
    case CUDA_ERROR_UNSUPPORTED_PTX_VERSION:
    case CUDA_ERROR_INVALID_IMAGE:
    case CUDA_ERROR_NO_BINARY_FOR_GPU:
      return "NVRTC may be newer than the driver: update the driver, or set LEVELGRAD_NVRTC to the "
             "NVRTC of an older toolkit";
    case CUDA_ERROR_JIT_COMPILER_NOT_FOUND:
    case CUDA_ERROR_JIT_COMPILATION_DISABLED:
      return is_ptx ? "the driver cannot compile PTX: unset LEVELGRAD_JIT" : "";
    default:
      return "";
  }
}

}  // namespace

void JitKernel::launch(dim3 grid, dim3 block, std::size_t dynamic_shared, cudaStream_t stream,
                       void** args, bool cooperative) const {
  const Driver& driver = Driver::get();
  const auto shared = static_cast<unsigned>(dynamic_shared);
  const CUresult status =
      cooperative ? driver.launch_cooperative(function_, grid.x, grid.y, grid.z, block.x, block.y,
                                              block.z, shared, stream, args)
                  : driver.launch(function_, grid.x, grid.y, grid.z, block.x, block.y, block.z,
                                  shared, stream, args, nullptr);
  driver.check(status, "launch of " + name_);
}

void JitKernel::set_dynamic_shared(std::size_t bytes) const {
  const Driver& driver = Driver::get();
  driver.check(
      driver.set_function_attribute(function_, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES,
                                    static_cast<int>(bytes)),
      std::to_string(bytes) + " bytes of dynamic shared memory for " + name_);
}

int JitKernel::blocks_per_multiprocessor(unsigned threads, std::size_t dynamic_shared) const {
  const Driver& driver = Driver::get();
  int blocks = 0;
  driver.check(driver.blocks_per_multiprocessor(&blocks, function_, static_cast<int>(threads),
                                                dynamic_shared),
               "occupancy of " + name_);
  return blocks;
}

int JitKernel::attribute(int which) const {
  const Driver& driver = Driver::get();
  int value = 0;
  driver.check(
      driver.function_attribute(&value, static_cast<CUfunction_attribute>(which), function_),
      "attribute of " + name_);
  return value;
}

int JitKernel::registers() const { return attribute(CU_FUNC_ATTRIBUTE_NUM_REGS); }
int JitKernel::local_bytes() const { return attribute(CU_FUNC_ATTRIBUTE_LOCAL_SIZE_BYTES); }

JitModule::JitModule(const JitCode& code) {
  const Driver& driver = Driver::get();
  LG_CUDA(cudaGetDevice(&device_));
  LG_CUDA(cudaSetDevice(device_));  // the driver knows no device that the runtime has not set up
  std::array<char, 4096> said = {};
  std::array options = {CU_JIT_ERROR_LOG_BUFFER, CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES};
  std::array<void*, 2> values = {said.data(), reinterpret_cast<void*>(said.size())};
  const CUresult status = driver.module_load(&module_, code.bytes.c_str(), options.size(),
                                             options.data(), values.data());
  if (status != CUDA_SUCCESS) module_ = nullptr;
  std::string what = code.is_ptx ? "load of generated PTX" : "load of generated machine code";
  if (said[0] != '\0') what += ", of which the driver says: " + std::string(said.data());
  driver.check(status, what, hint_for(status, code.is_ptx));
}

JitModule::~JitModule() {
  if (module_ == nullptr) return;
  const OnDevice there(device_);
  if (there.status == cudaSuccess) (void)Driver::get().module_unload(module_);
}

JitKernel JitModule::kernel(const std::string& name) const {
  const Driver& driver = Driver::get();
  CUfunction function = nullptr;
  driver.check(driver.module_function(&function, module_, name.c_str()), "kernel " + name);
  return {function, name};
}

JitModule::Global JitModule::global(const std::string& name) const {
  const Driver& driver = Driver::get();
  CUdeviceptr data = 0;
  std::size_t bytes = 0;
  driver.check(driver.module_global(&data, &bytes, module_, name.c_str()), "array " + name);
  return {reinterpret_cast<void*>(data), bytes};
}

JitLoaded load_or_recompile(const JitSource& source, const JitTarget& target,
                            const std::vector<std::string>& options, CodeCache* cache,
                            bool contract) {
  JitCode code = compile(source, target, options, cache, contract);
  try {
    JitModule module(code);
    return {std::move(module), std::move(code)};
  } catch (const OutOfDeviceMemory&) {
    throw;
  } catch (const DeviceError&) {
    if (!code.cached) throw;
  }
  code = compile_afresh(source, target, options, cache, contract);
  JitModule module(code);
  return {std::move(module), std::move(code)};
}

}  // namespace levelgrad::cuda
