// SPDX-License-Identifier: MIT
//
// Uniform nodes as calls of functions, each for many nodes of one op: planned once, so that a batch
// asks no node for its op. Sums of many terms are chains of Adds: a chain has a function of its
// own, which has the last result at hand instead of waiting for it to go through memory.
#pragma once

#include <span>
#include <vector>

#include "levelgrad/program.h"

namespace levelgrad::host {

/// The nodes of prologue and epilogue, but the joins, so that those of one level and op are
/// neighbours. A level is the longest distance from a leaf or a join.
struct UniformOrder {
  explicit UniformOrder(const Program& program);

  std::vector<std::uint32_t> level;    ///< [node], 0 where a node is not uniform
  std::vector<NodeIndex> early, late;  ///< late: what a join has an effect on
};

/// Computes the values of nodes, the operands of each before it.
template <class T>
class UniformValues {
public:
  UniformValues() = default;
  UniformValues(const Program& program, std::span<const NodeIndex> nodes);

  /// values [node]
  void run(T* values) const;

private:
  struct Step {
    NodeIndex result, operand[3];
  };
  struct Call {
    void (*run)(T* values, const Step* steps, std::size_t count);
    std::size_t first, count;
  };
  template <class O>
  static void compute(T* values, const Step* steps, std::size_t count);
  template <class O>
  static void compute_chain(T* values, const Step* steps, std::size_t count);

  std::vector<Step> steps_;
  std::vector<Call> calls_;
};

/// Adds up the contributions of nodes to their operands' grads.
///
/// order   for each operand: consumers in reverse canonical order, for one consumer its operands
///         left to right. The operands come by falling levels, so that a grad is complete when it
///         is read; those of one level by the place that a contribution has in its fold, so that
///         neighbours are of one op.
template <class T>
class UniformGrads {
public:
  UniformGrads() = default;
  UniformGrads(const Program& program, const UniformOrder& order, NodeRange consumers);

  /// values, grads [node]
  void run(const T* values, T* grads) const;

private:
  struct Term {
    NodeIndex target, consumer, operand[3];
  };
  using Add = void (*)(const T* values, T* grads, const Term* terms, std::size_t count);
  struct Call {
    Add run;
    std::size_t first, count;
  };
  template <class O, int K>
  static void add(const T* values, T* grads, const Term* terms, std::size_t count);
  template <class O, int K>
  static void add_chain(const T* values, T* grads, const Term* terms, std::size_t count);

  std::vector<Term> terms_;
  std::vector<Call> calls_;
};

extern template class UniformValues<float>;
extern template class UniformValues<double>;
extern template class UniformGrads<float>;
extern template class UniformGrads<double>;

}  // namespace levelgrad::host
