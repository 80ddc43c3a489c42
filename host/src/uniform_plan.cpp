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

namespace {

/// Cuts a list into runs for one function each. Where each element's successor reads its result the
/// run is a chain.
///
/// same, reads   (i): whether element i is of the same kind as the one before it, and whether it
///               reads the result of that as its first operand.
/// f             (first, count, is a chain)
template <class Same, class Reads, class F>
void for_each_run(std::size_t size, const Same& same, const Reads& reads, const F& f) {
  for (std::size_t first = 0, end = 0; first < size; first = end) {
    end = first + 1;
    const bool chain = end < size && same(end) && reads(end);
    while (end < size && same(end) && reads(end) == chain) ++end;
    // The next chain begins with the last element, which does not read the one before it.
    if (!chain && end < size && same(end) && end - first > 1) --end;
    f(first, end - first, chain);
  }
}

}  // namespace

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
template <class O>
void UniformValues<T>::compute_chain(T* values, const Step* steps, std::size_t count) {
  T last = values[steps[0].operand[0]];
  for (std::size_t i = 0; i < count; ++i) {
    const NodeIndex* const from = steps[i].operand;
    last = O::value(last, operand<1, O>(values, from), operand<2, O>(values, from));
    values[steps[i].result] = last;
  }
}

template <class T>
UniformValues<T>::UniformValues(const Program& program, std::span<const NodeIndex> nodes) {
  for (const NodeIndex n : nodes) {
    Step step{n, {}};
    put_operands(program, n, step);
    steps_.push_back(step);
  }
  const auto same = [&](std::size_t i) { return program.op(nodes[i]) == program.op(nodes[i - 1]); };
  // The other operands come from memory, where the last result is, too.
  const auto reads = [&](std::size_t i) { return steps_[i].operand[0] == steps_[i - 1].result; };
  for_each_run(nodes.size(), same, reads, [&](std::size_t first, std::size_t count, bool chain) {
    dispatch(program.op(nodes[first]), [&](auto o) {
      using O = decltype(o);
      calls_.push_back(
          {chain ? &UniformValues::compute_chain<O> : &UniformValues::compute<O>, first, count});
    });
  });
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

/// The grad of each consumer is that of the target before it.
template <class T>
template <class O, int K>
void UniformGrads<T>::add_chain(const T* values, T* grads, const Term* terms, std::size_t count) {
  if constexpr (K < O::active) {
    T last = grads[terms[0].consumer];
    for (std::size_t i = 0; i < count; ++i) {
      const NodeIndex* const from = terms[i].operand;
      last = grads[terms[i].target] +
             contribution<O, K>(last, operand<0, O>(values, from), operand<1, O>(values, from),
                                operand<2, O>(values, from), values[terms[i].consumer]);
      grads[terms[i].target] = last;
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
    Add add, add_chain;
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
                             &UniformGrads::add<O, K>, &UniformGrads::add_chain<O, K>});
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
  for (const Planned& each : planned) terms_.push_back(each.term);
  const auto same = [&](std::size_t i) { return planned[i].kind == planned[i - 1].kind; };
  const auto reads = [&](std::size_t i) { return terms_[i].consumer == terms_[i - 1].target; };
  for_each_run(terms_.size(), same, reads, [&](std::size_t first, std::size_t count, bool chain) {
    calls_.push_back({chain ? planned[first].add_chain : planned[first].add, first, count});
  });
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
