// SPDX-License-Identifier: MIT
//
// How many floating-point operations an op's formulas are made of.
#pragma once

#include <cstdint>

#include "levelgrad/contribution.h"
#include "levelgrad/host/operations.h"

namespace levelgrad::host {

/// Of an op's value.
///
/// constant   the second operand, for ops that take a number fixed when the graph is built: the
///            shape of a power depends on it.
/// dtype      the functions have other polynomials in f32.
/// method     the formula of ops.h itself is run with a number type that counts, at several points;
///            of each operation the largest count stands. What is computed twice from the same
///            numbers counts once, what is computed from constants alone not at all. What a
///            compiler would find unused does count.
[[nodiscard]] Operations operations_of_value(Op op, Dtype dtype, double constant);

/// The same of what the op contributes to its operand k, which must get a grad.
[[nodiscard]] Operations operations_of_contribution(Op op, int k, Dtype dtype, double constant);

}  // namespace levelgrad::host
