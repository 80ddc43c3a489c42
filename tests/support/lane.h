// SPDX-License-Identifier: MIT
//
// One lane computed by hand: values in canonical order, grads by pushing contributions in reverse.
// Knows nothing of Schedules, so that they can be compared with it.
#pragma once

#include <span>
#include <vector>

#include "levelgrad/batch_order.h"
#include "levelgrad/contribution.h"
#include "levelgrad/executor.h"

namespace levelgrad::testing {

template <class T>
T value_of(Op op, const T (&x)[3]) {
  return dispatch(op, [&](auto o) { return decltype(o)::value(x[0], x[1], x[2]); });
}

/// What an op contributes to its operand k.
template <class T>
T contribution_to(Op op, std::size_t k, T g, const T (&x)[3], T y) {
  return dispatch(op, [&](auto o) {
    using O = decltype(o);
    if constexpr (O::active > 0) {
      if (k == 0) return contribution<O, 0>(g, x[0], x[1], x[2], y);
    }
    if constexpr (O::active > 1) {
      if (k == 1) return contribution<O, 1>(g, x[0], x[1], x[2], y);
    }
    if constexpr (O::active > 2) {
      if (k == 2) return contribution<O, 2>(g, x[0], x[1], x[2], y);
    }
    return T(0);
  });
}

/// What the node contributes to its operand k, all numbers known.
template <class T>
T contribution_of(const Program& program, NodeIndex node, std::size_t k,
                  const BasicNodeNumbers<T>& numbers) {
  T x[3] = {};
  const std::span<const NodeIndex> operands = program.operands(node);
  for (std::size_t i = 0; i < operands.size(); ++i) x[i] = numbers.values[operands[i]];
  return contribution_to(program.op(node), k, numbers.grads[node], x, numbers.values[node]);
}

/// The numbers of one example: those of uniform nodes from shared, as inspect() gives them, the
/// others computed from the inputs.
template <class T>
BasicNodeNumbers<T> lane(const Program& program, const BasicNodeNumbers<T>& shared,
                         std::span<const T> inputs, std::size_t example_count) {
  BasicNodeNumbers<T> numbers = shared;
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    numbers.values[program.inputs().begin + k] = inputs[k];
  }
  const NodeRange body = program.body();
  for (NodeIndex node = program.inputs().begin; node < body.end; ++node) {
    if (program.varying(node)) numbers.grads[node] = T(0);
    if (!body.holds(node)) continue;
    T x[3] = {};
    const std::span<const NodeIndex> operands = program.operands(node);
    for (std::size_t i = 0; i < operands.size(); ++i) x[i] = numbers.values[operands[i]];
    numbers.values[node] = value_of(program.op(node), x);
  }
  for (auto node = static_cast<NodeIndex>(program.node_count()); node-- > body.begin;) {
    if (!program.under_root(node)) continue;
    const OpInfo op = info(program.op(node));
    for (std::size_t k = 0; k < static_cast<std::size_t>(op.active); ++k) {
      const NodeIndex operand = program.operands(node)[k];
      if (!program.varying(operand)) continue;
      // The product is mean's; a sum's grad goes on as it is.
      const T seed =
          op.averages ? mean_weight<T>(example_count) * numbers.grads[node] : numbers.grads[node];
      numbers.grads[operand] += op.joins ? seed : contribution_of(program, node, k, numbers);
    }
  }
  return numbers;
}

}  // namespace levelgrad::testing
