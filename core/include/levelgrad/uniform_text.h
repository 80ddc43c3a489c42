// SPDX-License-Identifier: MIT
//
// The prologue and the epilogue of a Program as C++: one text for every compiler.
#pragma once

#include <cstddef>
#include <string>

#include "levelgrad/schedule.h"

namespace levelgrad {

/// Where a uniform node's number stands in the arrays of the text: shared nodes by
/// Program::shared_index(), then the epilogue. Not for constants.
[[nodiscard]] std::size_t uniform_index(const Program& program, NodeIndex node);
/// The length of those arrays.
[[nodiscard]] std::size_t uniform_count(const Program& program);

/// A uniform node's number as an expression: "u[7]", or "T(0.5)" for a constant.
[[nodiscard]] std::string uniform_value(const Program& program, NodeIndex node);

/// Whether epilogue_backward() reads a value that epilogue_forward() computes: else it may run first.
[[nodiscard]] bool backward_reads_epilogue(const Program& program);

/// Four function templates over the number type, for namespace levelgrad behind ops.h. Each has a
/// last argument `block`, for the threads that run it together: their number block.size, the own
/// one block.rank, and block.wait(), a barrier between them behind which they see what the others
/// have written. Without it, one thread runs them.
///
///   prologue_forward(T* u)
///     From the parameters, u[0] and on, the numbers of the prologue.
///   epilogue_forward(T* u, const T* sums, T weight)
///     sums [join]: the folds of what the joins read; weight: 1 / N. Puts into u what anybody reads
///     of the epilogue: uniform outputs, and what backward needs.
///   epilogue_backward(const T* u, T* d, T weight, T* seeds)
///     Behind it: carries the root's grad 1 back. d[shared]: the grads that the epilogue leaves at
///     shared nodes, seeds [join]: those of the joins' sums.
///   prologue_backward(const T* u, T* d)
///     Carries the grads of shared nodes, d[shared], through the prologue; those of the parameters
///     are final then.
///
/// Numbers that many nodes compute alike (the squares of a penalty, their sum) are loops.
///
/// u, d [uniform_count()] are memory of the caller's, seen by all threads. The bits are those of the
/// reference executor.
///
/// piece_size   lines of one function, more or less; larger parts are several.
[[nodiscard]] std::string uniform_text(const Schedule& schedule, std::size_t piece_size = 1000);

}  // namespace levelgrad
