// SPDX-License-Identifier: MIT
//
// The text that NVRTC compiles for a body.
#pragma once

#include <string>

#include "fused_plan.h"
#include "levelgrad/storage.h"
#include "nvrtc_library.h"
#include "uniform_layout.h"

namespace levelgrad::cuda {

/// What the text says of the uniform numbers that the body reads.
struct FusedNumbers {
  std::size_t count = 0;       ///< of them, the shared nodes' first
  std::size_t first_seed = 0;  ///< where the joins' seeds stand
  std::size_t fold_width = 0;  ///< of a chunk's row of folds
  bool in_constant_bank = false;
  bool with_uniform_part = false;  ///< the kernels uniform_before and uniform_after, too
};

/// Threads of the kernels for the uniform part.
inline constexpr unsigned fused_uniform_threads = 256;

/// The code of a body that a kernel can have. Errors: CompilerError where it is too large.
[[nodiscard]] LaneCode fused_code(const Schedule& schedule, const StorageNeeds& needs);

/// Whether the uniform part is no longer than a body's code may be: what is alike in it is a loop,
/// but a long chain is not.
[[nodiscard]] bool uniform_part_compiles_soon(const Schedule& schedule);

/// A kernel `fused`, with those of the uniform part where they are wanted, and the array
/// numbers_twice where they fit into the constant bank.
[[nodiscard]] JitSource fused_source(const LaneCode& code, const FusedPlan& plan,
                                     const FusedNumbers& numbers, bool f64);

/// A kernel `fused_steps` for an optimizer, the name of its struct.
[[nodiscard]] JitSource fused_steps_source(const LaneCode& code, const FusedPlan& plan,
                                           const UniformLayout& layout,
                                           const std::string& optimizer, std::size_t most_chunks,
                                           bool f64);

}  // namespace levelgrad::cuda
