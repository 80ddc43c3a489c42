// SPDX-License-Identifier: MIT
//
// One scalar of a Graph as it lies in memory. 40 bytes in f64, 32 in f32.
#pragma once

#include <cstdint>
#include <source_location>

#include "levelgrad/ops.h"

namespace levelgrad {

using NodeIndex = std::uint32_t;

template <class T>
struct Node {
  T data;
  T grad;
  std::source_location where;  ///< the user's line that made the node
  NodeIndex operand[3];        ///< left to right; unused ones name the node itself
  Op op;
  std::uint8_t next_operand;  ///< the depth-first walk's place in operand
  std::uint16_t visit;        ///< the last walk that came here
};

static_assert(sizeof(std::source_location) == 8, "a node's size counts on it");
static_assert(sizeof(Node<double>) == 40);
static_assert(sizeof(Node<float>) == 32);

/// Operands of op, 0 for a leaf.
[[nodiscard]] constexpr int arity(Op op) {
  return op == Op::Leaf ? 0 : dispatch(op, [](auto o) { return decltype(o)::arity; });
}

/// What people read for op: "+", "ReLU"; "" for a leaf.
[[nodiscard]] constexpr const char* symbol(Op op) {
  return op == Op::Leaf ? "" : dispatch(op, [](auto o) { return decltype(o)::symbol; });
}

}  // namespace levelgrad
