// SPDX-License-Identifier: MIT
//
// Memory, streams and events that are released with their owner.
#pragma once

#include <cuda_runtime_api.h>

#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "check.h"

namespace levelgrad::cuda {

/// Numbers in the device's memory; they only grow, and what they held is gone when they do.
template <class T>
class DeviceArray {
public:
  DeviceArray() = default;
  explicit DeviceArray(std::size_t size) { reserve(size); }

  /// Room for so many. Errors: OutOfDeviceMemory; there is no room for anything then.
  void reserve(std::size_t size) {
    if (size <= size_) return;
    data_.reset();
    size_ = 0;
    void* fresh = nullptr;
    LG_CUDA(cudaMalloc(&fresh, size * sizeof(T)));
    data_.reset(static_cast<T*>(fresh));
    size_ = size;
  }
  [[nodiscard]] T* data() const { return data_.get(); }
  [[nodiscard]] std::size_t size() const { return size_; }

  /// Copies from the host; returns when the host's numbers may change.
  void upload(std::span<const T> from, cudaStream_t stream) {
    reserve(from.size());
    if (from.empty()) return;
    LG_CUDA(
        cudaMemcpyAsync(data(), from.data(), from.size_bytes(), cudaMemcpyHostToDevice, stream));
    LG_CUDA(cudaStreamSynchronize(stream));
  }
  /// Copies the first numbers to the host, and waits.
  void download(std::span<T> to, cudaStream_t stream) const {
    if (to.empty()) return;
    LG_CUDA(cudaMemcpyAsync(to.data(), data(), to.size_bytes(), cudaMemcpyDeviceToHost, stream));
    LG_CUDA(cudaStreamSynchronize(stream));
  }

private:
  struct Free {
    void operator()(T* data) const { (void)cudaFree(data); }
  };
  std::unique_ptr<T, Free> data_;
  std::size_t size_ = 0;
};

/// Memory of the host that the device can copy while the host goes on.
template <class T>
class PinnedArray {
public:
  void reserve(std::size_t size) {
    if (size <= size_) return;
    data_.reset();
    size_ = 0;
    void* fresh = nullptr;
    LG_CUDA(cudaMallocHost(&fresh, size * sizeof(T)));
    data_.reset(static_cast<T*>(fresh));
    size_ = size;
  }
  [[nodiscard]] T* data() const { return data_.get(); }
  [[nodiscard]] std::size_t size() const { return size_; }

private:
  struct Free {
    void operator()(T* data) const { (void)cudaFreeHost(data); }
  };
  std::unique_ptr<T, Free> data_;
  std::size_t size_ = 0;
};

/// A handle of CUDA's with the function that ends it.
template <class Handle, auto destroy>
class Owned {
public:
  Owned() = default;
  explicit Owned(Handle handle) : handle_(handle) {}
  Owned(Owned&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Owned& operator=(Owned&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Owned() {
    if (handle_ != nullptr) (void)destroy(handle_);
  }
  [[nodiscard]] Handle get() const { return handle_; }

private:
  Handle handle_ = nullptr;
};

using Stream = Owned<cudaStream_t, cudaStreamDestroy>;
using Event = Owned<cudaEvent_t, cudaEventDestroy>;
using Graph = Owned<cudaGraph_t, cudaGraphDestroy>;
using GraphExec = Owned<cudaGraphExec_t, cudaGraphExecDestroy>;

[[nodiscard]] inline Stream make_stream() {
  cudaStream_t stream = nullptr;
  LG_CUDA(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
  return Stream(stream);
}
[[nodiscard]] inline Event make_event(unsigned flags = cudaEventDisableTiming) {
  cudaEvent_t event = nullptr;
  LG_CUDA(cudaEventCreateWithFlags(&event, flags));
  return Event(event);
}

}  // namespace levelgrad::cuda
