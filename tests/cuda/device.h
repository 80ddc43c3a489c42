// SPDX-License-Identifier: MIT
//
// What tests on a device share: whether there is one, errors, memory. Plain C++ for g++ and nvcc.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

namespace levelgrad::testing {

inline void check(cudaError_t status) {
  if (status != cudaSuccess) throw std::runtime_error(cudaGetErrorString(status));
}

/// Why nothing can run on a device here; "" where it can.
inline std::string why_no_device() {
  int count = 0;
  const cudaError_t status = cudaGetDeviceCount(&count);
  if (status == cudaSuccess && count > 0) return "";
  return std::string("no CUDA device (") + cudaGetErrorString(status) +
         ") and no build/cudaemu/cudaemu-run, which .ci/run builds";
}

inline bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && std::string(value) != "" && std::string(value) != "false";
}

/// CI has an emulator at least; `./run gpu-check` asks for the GPU that it has found.
inline bool device_is_due() { return is_set("CI") || is_set("LEVELGRAD_REQUIRE_GPU"); }

/// Skips the test where there is neither a GPU nor an emulator; where one is due that is a failure.
#define LG_REQUIRE_DEVICE()                                                       \
  if (const std::string why = ::levelgrad::testing::why_no_device(); why != "") { \
    if (::levelgrad::testing::device_is_due()) FAIL() << why;                     \
    GTEST_SKIP() << why;                                                          \
  }

/// Memory of a device, freed with the object.
template <class T>
class DeviceArray {
public:
  explicit DeviceArray(std::size_t size) : size_(size) {
    check(cudaMalloc(reinterpret_cast<void**>(&data_), size * sizeof(T)));
  }
  explicit DeviceArray(const std::vector<T>& from) : DeviceArray(from.size()) {
    check(cudaMemcpy(data_, from.data(), size_ * sizeof(T), cudaMemcpyHostToDevice));
  }
  ~DeviceArray() { cudaFree(data_); }
  DeviceArray(const DeviceArray&) = delete;
  DeviceArray& operator=(const DeviceArray&) = delete;

  [[nodiscard]] T* data() { return data_; }
  [[nodiscard]] std::vector<T> to_host() const {
    std::vector<T> result(size_);
    check(cudaMemcpy(result.data(), data_, size_ * sizeof(T), cudaMemcpyDeviceToHost));
    return result;
  }

private:
  T* data_ = nullptr;
  std::size_t size_;
};

}  // namespace levelgrad::testing
