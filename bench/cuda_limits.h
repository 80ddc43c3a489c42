// SPDX-License-Identifier: MIT
//
// What one example of the moons net costs a GPU at least, forward and backward with all 337 grads,
// and what is expected of each way to run it. Counted on the recorded graph, not measured.
#pragma once

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <optional>
#include <string>

#include "levelgrad/host/gpu.h"

namespace levelgrad::bench {

/// Numbers that level-by-level execution reads and writes per example: forward 915 + 643, backward
/// 915 + 642, contributions to parameters 641; parameters and constants are not counted.
constexpr double numbers_moved = 3756;
/// Operations per example where none is an fma. Max and compare have a pipe of their own in f32.
constexpr double operations_f32 = 1879, operations_f64 = 1846;
/// Numbers that batched PyTorch moves per example, in about 28 kernels (an estimate).
constexpr double numbers_moved_by_layers = 393;

/// Examples per second, at most.
struct MoonsLimits {
  double global = 0;      ///< level by level, all numbers in global memory
  double shared = 0;      ///< the same in shared memory
  double arithmetic = 0;  ///< all numbers in registers
  double layers = 0;      ///< layer by layer, global memory
};

inline MoonsLimits limits_of(const host::Gpu& gpu, host::Dtype dtype) {
  const bool f64 = dtype == host::Dtype::F64;
  const double size = f64 ? 8 : 4;
  return {gpu.bandwidth / (numbers_moved * size), gpu.shared_bandwidth() / (numbers_moved * size),
          gpu.peak(dtype) / (f64 ? operations_f64 : operations_f32),
          gpu.bandwidth / (numbers_moved_by_layers * size)};
}

/// The GPU in the table that the driver's name and number of multiprocessors mean; none where it is
/// not there, for "H100 PCIe" is another chip than "H100".
inline std::optional<host::Gpu> known_gpu(const std::string& name, int multiprocessors) {
  std::string plain;
  for (const unsigned char c : name) {
    if (std::isalnum(c) != 0) plain += static_cast<char>(std::tolower(c));
  }
  for (const std::string& known : host::gpu_names()) {
    const host::Gpu& gpu = host::gpu_named(known);
    if (plain.find(known) != std::string::npos && gpu.multiprocessors == multiprocessors) {
      return gpu;
    }
  }
  return std::nullopt;
}

/// ns per example that a row is expected to take; 0: nothing is expected of it.
///
/// The fixed part of a step is an estimate: about 86 launches replayed as one graph; one
/// cooperative launch whose 84 levels are a barrier each; 28 kernels from Python, or as one graph.
/// Inputs that are handed over come from pageable memory.
inline double expected_ns(const std::string& what, bool handed_over, const MoonsLimits& limits,
                          host::Dtype dtype, std::size_t n) {
  constexpr double launches_us = 90, persistent_us = 20, eager_us = 200, graph_us = 60;
  constexpr double bus = 25e9;  // bytes / s
  double fixed_us = 0, rate = 0;
  if (what == "cuda-level launches") {
    fixed_us = launches_us, rate = limits.global;
  } else if (what == "cuda-level persistent") {
    fixed_us = persistent_us, rate = limits.shared;
  } else if (what.starts_with("torch eager")) {
    fixed_us = eager_us, rate = limits.layers;
  } else if (what.starts_with("torch CUDA graph")) {
    fixed_us = graph_us, rate = limits.layers;
  } else {
    return 0;
  }
  const double input_bytes = 3 * (dtype == host::Dtype::F64 ? 8 : 4);
  return fixed_us * 1e3 / static_cast<double>(n) + 1e9 / rate +
         (handed_over ? 1e9 * input_bytes / bus : 0);
}

}  // namespace levelgrad::bench
