// SPDX-License-Identifier: MIT
//
// What limits a GPU, as far as a roofline needs it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "levelgrad/host/operations.h"

namespace levelgrad::host {

struct Gpu {
  std::string_view name;   ///< as a command line has it: "h200"
  std::string_view title;  ///< as people write it
  int multiprocessors;
  double clock;   ///< the highest, in Hz
  int f32_lanes;  ///< operations that a multiprocessor starts in one clock
  int f64_lanes;
  int resident_threads;       ///< that a multiprocessor holds at once, at most
  double bandwidth;           ///< of the memory, bytes / s
  std::size_t shared_memory;  ///< of a multiprocessor, bytes
  std::size_t l2_cache;       ///< bytes

  /// Operations in a second where none is an fma.
  [[nodiscard]] double peak(Dtype dtype) const {
    return multiprocessors * clock * (dtype == Dtype::F64 ? f64_lanes : f32_lanes);
  }
  /// Bytes in a second from the shared memories of all multiprocessors: 32 banks of 4 bytes each.
  [[nodiscard]] double shared_bandwidth() const { return multiprocessors * clock * 128; }
  [[nodiscard]] std::size_t threads() const {
    return static_cast<std::size_t>(multiprocessors) * static_cast<std::size_t>(resident_threads);
  }
  /// Operations per byte of memory from which on arithmetic is the limit.
  [[nodiscard]] double ridge(Dtype dtype) const { return peak(dtype) / bandwidth; }
};

/// Errors: ArgumentError, which lists the names.
[[nodiscard]] const Gpu& gpu_named(std::string_view name);

[[nodiscard]] std::vector<std::string> gpu_names();

}  // namespace levelgrad::host
