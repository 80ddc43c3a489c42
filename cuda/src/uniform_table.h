// SPDX-License-Identifier: MIT
//
// Prologue and epilogue as tables. Their lane data is the array of uniform numbers itself: one
// lane.
#pragma once

#include "level_tables.h"
#include "uniform_layout.h"

namespace levelgrad::cuda {

[[nodiscard]] ForwardTable prologue_forward(const Schedule& schedule, const UniformLayout& layout);
[[nodiscard]] ForwardTable epilogue_forward(const Schedule& schedule, const UniformLayout& layout);
/// From the root's grad 1 to the joins' seeds and to what is left at shared nodes.
[[nodiscard]] BackwardTable epilogue_backward(const Schedule& schedule,
                                              const UniformLayout& layout);
/// From the folded grads, or what the epilogue left, to the final grads of all shared nodes.
[[nodiscard]] BackwardTable prologue_backward(const Schedule& schedule,
                                              const UniformLayout& layout);
/// The same for one example's contributions alone, an example per lane: fold f in slot f, the final
/// grad of shared node s in the slot behind all folds + s.
[[nodiscard]] BackwardTable prologue_backward_of_lanes(const Schedule& schedule,
                                                       const UniformLayout& layout);

}  // namespace levelgrad::cuda
