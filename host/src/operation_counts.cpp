// SPDX-License-Identifier: MIT
#include "operation_counts.h"

#include <algorithm>
#include <array>

#include "counting_number.h"
#include "operation_counts_run.h"

namespace levelgrad::host {
namespace {

/// Points at which formulas are run: each order of the operands, and both signs, so that every
/// choice among them goes both ways.
constexpr std::array<std::array<double, 3>, 6> points = {{{0.625, 0.4375, 0.71875},
                                                          {0.4375, 0.625, 0.28125},
                                                          {-0.375, 0.5625, 0.84375},
                                                          {0.78125, -0.46875, 0.34375},
                                                          {-0.59375, -0.8125, -0.21875},
                                                          {2.375, 1.1875, 1.8125}}};
constexpr double grad = 0.40625;

Operations operations_of(Op op, int operand, Dtype dtype, double constant) {
  Operations most;
  for (const std::array<double, 3>& point : points) {
    FormulaRun run{static_cast<unsigned char>(op), operand, point, grad, false};
    if (info(op).second_is_constant) {
      run.operands[1] = constant;
      run.second_is_fixed = true;
    }
    noted_operations.clear();
    dtype == Dtype::F64 ? run_formula_f64(run) : run_formula_f32(run);
    std::ranges::sort(noted_operations);
    const auto repeated = std::ranges::unique(noted_operations);
    Operations counted;
    for (auto it = noted_operations.begin(); it != repeated.begin(); ++it)
      ++counted.count[it->kind];
    most = most.at_least(counted);
  }
  return most;
}

}  // namespace

Operations operations_of_value(Op op, Dtype dtype, double constant) {
  return operations_of(op, -1, dtype, constant);
}

Operations operations_of_contribution(Op op, int k, Dtype dtype, double constant) {
  return operations_of(op, k, dtype, constant);
}

}  // namespace levelgrad::host
