// SPDX-License-Identifier: MIT
//
// Memory that vector instructions may load from without crossing a cache line.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <string>

#include "levelgrad/error.h"

namespace levelgrad::host {

inline constexpr std::size_t cache_line = 64;

/// A fixed number of T, 64-byte aligned, all 0 at first.
template <class T>
class AlignedArray {
public:
  AlignedArray() = default;
  explicit AlignedArray(std::size_t size) {
    const std::size_t bytes = (size * sizeof(T) / cache_line + 1) * cache_line;
    memory_.reset(static_cast<T*>(std::aligned_alloc(cache_line, bytes)));
    if (memory_ == nullptr) {
      throw MemoryError("no memory for " + std::to_string(bytes) + " bytes of lanes",
                        "use fewer threads or smaller sub-blocks");
    }
    for (std::size_t i = 0; i < size; ++i) memory_.get()[i] = T(0);
  }
  [[nodiscard]] T* data() { return memory_.get(); }
  [[nodiscard]] const T* data() const { return memory_.get(); }

private:
  struct Free {
    void operator()(T* memory) const { std::free(memory); }
  };
  std::unique_ptr<T, Free> memory_;
};

}  // namespace levelgrad::host
