// SPDX-License-Identifier: MIT
//
// Running an op with the counting number type; ops by their place in the list of ops, because what
// runs them has another copy of that list.
#pragma once

#include <array>

namespace levelgrad::host {

/// One formula of an op, and where to run it.
struct FormulaRun {
  unsigned char op = 0;
  int operand = -1;  ///< whose contribution; -1: the value
  std::array<double, 3> operands = {};
  double grad = 0;
  bool second_is_fixed = false;
};

/// Notes down the formula's operations in noted_operations.
void run_formula_f64(const FormulaRun& run);
void run_formula_f32(const FormulaRun& run);

}  // namespace levelgrad::host
