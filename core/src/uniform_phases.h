// SPDX-License-Identifier: MIT
//
// What the prologue and the epilogue of a Program compute, and in what order a block of threads
// may.
#pragma once

#include <compare>
#include <string>
#include <vector>

#include "levelgrad/schedule.h"

namespace levelgrad::detail {

/// A value or a grad of a uniform node.
struct Number {
  bool is_grad = false;
  NodeIndex node = 0;
  friend auto operator<=>(const Number&, const Number&) = default;
};

/// An assignment: of an expression, cut where it reads a number, to a target. Two with equal pieces
/// do the same to other numbers.
struct Statement {
  Number target;
  std::vector<std::string> pieces;  ///< one more than numbers; @ is the target, as it was before
  std::vector<Number> numbers;
  std::string behind = {};  ///< what else is assigned, with # for the target
};

/// Statements between two barriers.
struct Phase {
  std::vector<Statement> statements;
  bool shared = false;  ///< they are independent; else each may read those before it
};

/// The phases of the four functions of uniform_text(). A statement reads what is computed
/// elsewhere, or before it.
struct UniformPhases {
  std::vector<Phase> prologue_forward, epilogue_forward, epilogue_backward, prologue_backward;
};

[[nodiscard]] UniformPhases uniform_phases(const Schedule& schedule);

}  // namespace levelgrad::detail
