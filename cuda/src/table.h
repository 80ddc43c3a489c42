// SPDX-License-Identifier: MIT
//
// A graph as tables of rows, level by level: what the kernels read. Plain records, the same for the
// host and the device; no row names an op but by its opcode.
#pragma once

#include <cstdint>

namespace levelgrad::cuda {

/// Where a number is: >= 0, a slot of the lane; < 0, ~i for the uniform number i.
using Ref = std::int32_t;

/// "There is none", of slots.
inline constexpr Ref no_slot = INT32_MIN;

/// Rows are aligned so that one load of 16 bytes fetches one.
///
/// One node of the forward pass. Its op stands in a list beside it: opcodes, and two more.
struct alignas(16) Step {
  Ref a, b, c;  ///< operands that the op does not have repeat the first
  Ref result;   ///< a slot
};
/// Step codes that need no look at the op: it is known by its formula, and so are the joins of an
/// epilogue, whose sums are there. Others are opcodes.
inline constexpr std::uint8_t copies = 0;        ///< a
inline constexpr std::uint8_t adds = 254;        ///< a + b
inline constexpr std::uint8_t multiplies = 255;  ///< a * b

/// One contribution to a grad.
struct alignas(16) Term {
  Ref g;               ///< the consumer's grad
  Ref a;               ///< of a product: what g is multiplied by; else the consumer's first operand
  std::uint32_t rest;  ///< where its further numbers stand, in rests
  std::uint32_t code;
};
/// Term codes: most contributions are copies or products, and need no look at the op.
inline constexpr std::uint32_t is_copy = 0;      ///< g
inline constexpr std::uint32_t is_product = 1;   ///< a * g
inline constexpr std::uint32_t first_other = 2;  ///< + 3 * opcode + operand

/// What a contribution that is neither may read. Numbers that it does not read repeat g.
struct Rest {
  Ref b, c, y;
};

/// One grad: the left fold of its terms, from +0.
struct alignas(16) Gather {
  Ref result;  ///< a slot
  std::uint32_t first_term, term_count;
};

}  // namespace levelgrad::cuda
