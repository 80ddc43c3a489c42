// SPDX-License-Identifier: MIT
//
// Where a NaN or an infinity came from.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "levelgrad/executor.h"

namespace levelgrad {

/// The node of a batch that first made a number that is not finite.
struct NonFinite {
  NodeIndex node = 0;
  /// Where the number belongs to one example: which.
  std::optional<std::size_t> example = std::nullopt;
  bool in_grad = false;  ///< every value is finite, and a grad is not
  /// "data of '*' at nn.cpp:92 (level 3, example 17) is inf; operands 1e+200, 1e+200"
  std::string description = {};
};

/// Runs the batch again with the reference executor and looks through its numbers: the values of
/// example 0, of example 1, ..., in canonical order, then those of the epilogue, then grads in the
/// order in which backward() makes them. Nothing where all are finite. Constants, and nodes that
/// the root does not depend on, are passed over.
///
/// A grad inside an example counts where it spoils that example's grads of the parameters.
/// errors   as BasicExecutor::load(), set_parameters() and run().
/// cost     about three runs of the reference executor.
template <class T>
[[nodiscard]] std::optional<NonFinite> find_non_finite(std::span<const Program> programs,
                                                       const BasicBatch<T>& batch,
                                                       std::span<const T> parameters);

extern template std::optional<NonFinite> find_non_finite(std::span<const Program>,
                                                         const BasicBatch<float>&,
                                                         std::span<const float>);
extern template std::optional<NonFinite> find_non_finite(std::span<const Program>,
                                                         const BasicBatch<double>&,
                                                         std::span<const double>);

}  // namespace levelgrad
