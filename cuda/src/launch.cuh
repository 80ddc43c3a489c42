// SPDX-License-Identifier: MIT
//
// How kernels are launched: sizes of grids, and the check behind each.
#pragma once

#include <algorithm>

#include "check.h"

namespace levelgrad::cuda {

inline constexpr unsigned block_threads = 128;
inline constexpr std::size_t most_blocks = 1 << 20;  // the stages go round where there is more

/// A grid for so many pieces of work, each a thread's.
inline dim3 grid_for(std::size_t pieces) {
  const std::size_t blocks = (pieces + block_threads - 1) / block_threads;
  return dim3(static_cast<unsigned>(std::clamp<std::size_t>(blocks, 1, most_blocks)));
}

}  // namespace levelgrad::cuda
