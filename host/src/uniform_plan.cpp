// SPDX-License-Identifier: MIT
#include "uniform_plan.h"

#include <algorithm>
#include <tuple>

#include "levelgrad/contribution.h"

namespace levelgrad::host {
namespace {

/// The operand's number; 0 where the op has none.
template <int K, class O, class T>
T operand(const T* values, const NodeIndex* nodes) {
  if constexpr (K < O::arity) {
    return values[nodes[K]];
  } else {
    return T(0);
  }
}

/// The node's operands, filled up with the node itself.
template <class Place>
void put_operands(const Program& program, NodeIndex node, Place& place) {
  std::ranges::fill(place.operand, node);
  std::ranges::copy(program.operands(node), place.operand);
}

}  // namespace

UniformOrder::UniformOrder(const Program& program) : level(program.node_count(), 0) {
  std::vector<bool> joined(program.node_count(), false);
  for (const NodeRange part : {program.prologue(), program.epilogue()}) {
    for (NodeIndex n = part.begin; n < part.end; ++n) {
      if (program.joins(n)) {
        joined[n] = true;
        continue;
      }
      for (const NodeIndex operand : program.operands(n)) {
        level[n] = std::max(level[n], level[operand] + 1);
        joined[n] = joined[n] || joined[operand];
      }
      (joined[n] ? late : early).push_back(n);
    }
  }
  const auto key = [&](NodeIndex n) { return std::pair(level[n], program.op(n)); };
  std::ranges::stable_sort(early, {}, key);
  std::ranges::stable_sort(late, {}, key);
}

template <class T>
template <class O>
void UniformValues<T>::compute(T* values, const Step* steps, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const NodeIndex* const from = steps[i].operand;
    values[steps[i].result] = O::value(operand<0, O>(values, from), operand<1, O>(values, from),
                                       operand<2, O>(values, from));
  }
}

template <class T>
UniformValues<T>::UniformValues(const Program& program, std::span<const NodeIndex> nodes) {
  for (const NodeIndex n : nodes) {
    const bool goes_on = !steps_.empty() && program.op(steps_.back().result) == program.op(n);
    if (!goes_on) {
      dispatch(program.op(n), [&](auto o) {
        calls_.push_back({&UniformValues::compute<decltype(o)>, steps_.size(), 0});
      });
    }
    Step step{n, {}};
    put_operands(program, n, step);
    steps_.push_back(step);
    ++calls_.back().count;
  }
}

template <class T>
void UniformValues<T>::run(T* values) const {
  for (const Call& call : calls_) call.run(values, steps_.data() + call.first, call.count);
}

template <class T>
template <class O, int K>
void UniformGrads<T>::add(const T* values, T* grads, const Term* terms, std::size_t count) {
  if constexpr (K < O::active) {
    for (std::size_t i = 0; i < count; ++i) {
      const NodeIndex* const from = terms[i].operand;
      const NodeIndex n = terms[i].consumer;
      T& grad = grads[terms[i].target];
      grad = grad + contribution<O, K>(grads[n], operand<0, O>(values, from),
                                       operand<1, O>(values, from), operand<2, O>(values, from),
                                       values[n]);
    }
  }
}

template <class T>
UniformGrads<T>::UniformGrads(const Program& program, const UniformOrder& order,
                              NodeRange consumers) {
  struct Planned {
    Term term;
    std::uint32_t place;  // in the target's fold
    int kind;             // op and operand
    Add add;
  };
  std::vector<Planned> planned;
  std::vector<std::uint32_t> places(program.node_count(), 0);
  for (NodeIndex n = consumers.end; n-- > consumers.begin;) {
    if (!program.under_root(n) || program.joins(n)) continue;
    dispatch(program.op(n), [&](auto o) {
      using O = decltype(o);
      const auto plan = [&]<int K>() {
        if constexpr (K < O::active) {
          Term term{program.operands(n)[K], n, {}};
          put_operands(program, n, term);
          planned.push_back({term, places[term.target]++, 3 * static_cast<int>(program.op(n)) + K,
                             &UniformGrads::add<O, K>});
        }
      };
      plan.template operator()<0>();
      plan.template operator()<1>();
      plan.template operator()<2>();
    });
  }
  std::ranges::stable_sort(planned, [&](const Planned& a, const Planned& b) {
    const auto key = [&](const Planned& each) {
      return std::tuple(~order.level[each.term.target], each.place, each.kind);
    };
    return key(a) < key(b);
  });
  for (std::size_t i = 0; i < planned.size(); ++i) {
    if (i == 0 || planned[i].kind != planned[i - 1].kind) calls_.push_back({planned[i].add, i, 0});
    terms_.push_back(planned[i].term);
    ++calls_.back().count;
  }
}

template <class T>
void UniformGrads<T>::run(const T* values, T* grads) const {
  for (const Call& call : calls_) call.run(values, grads, terms_.data() + call.first, call.count);
}

template class UniformValues<float>;
template class UniformValues<double>;
template class UniformGrads<float>;
template class UniformGrads<double>;

}  // namespace levelgrad::host
