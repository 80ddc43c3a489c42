// SPDX-License-Identifier: MIT
#include "levelgrad/value.h"

#include <ostream>

#include "access.h"
#include "levelgrad/error.h"
#include "levelgrad/number_text.h"

namespace levelgrad {
template <class T>
void BasicValue<T>::backward(std::source_location where) const {
  const NodeIndex root = index(where);
  if (arena_->symbols() != nullptr) arena_->refuse_symbolic({&root, 1}, where);
  const detail::Order order = arena_->canonical_order({&root, 1}, true);
  (*arena_)[root].grad += T(1);
  arena_->sweep(order.span());
}

template <class T>
std::vector<BasicValue<T>> BasicValue<T>::operands() const {
  const Node<T>& self = node();
  std::vector<BasicValue> result;
  result.reserve(static_cast<std::size_t>(arity(self.op)));
  for (int k = 0; k < arity(self.op); ++k) {
    result.push_back({arena_, arena_->serial_of(self.operand[k])});
  }
  return result;
}

template <class T>
Node<T>& BasicValue<T>::leaf(std::source_location where) const {
  Node<T>& self = node(where);
  if (self.op != Op::Leaf) {
    throw GraphError("the data and the starting grad of an interior node cannot be set" + at(where),
                     "set those of a leaf, and build the expression again");
  }
  return self;
}

template <class T>
void BasicValue<T>::set_data(T number, std::source_location where) const {
  (void)leaf(where);
  readable(where).data = number;
}

template <class T>
void BasicValue<T>::set_grad(T grad, std::source_location where) const {
  leaf(where).grad = grad;
}

template <class T>
std::string BasicValue<T>::label() const {
  const NodeIndex self = index({});
  const std::string* text = arena_->label(self);
  return text ? *text : std::string();
}

template <class T>
void BasicValue<T>::set_label(const std::string& text) const {
  const NodeIndex self = index({});
  arena_->set_label(self, text);
}

template <class T>
void BasicValue<T>::refuse_empty(std::source_location where) {
  throw GraphError("an empty Value was used" + at(where), "assign a number or an expression first");
}

template <class T>
void Operand<T>::refuse_other_graph(std::source_location where) {
  throw GraphError("Values of two Graphs in one op" + at(where),
                   "make all operands in the same Graph; Graph::Use chooses the current one");
}

using detail::Access;

template <class T>
BasicValue<T> apply(Op op, std::span<const BasicValue<T>> operands, std::source_location where) {
  if (op == Op::Leaf || operands.size() != static_cast<std::size_t>(arity(op))) {
    throw ArgumentError("apply: " + std::to_string(operands.size()) + " operands do not fit '" +
                        std::string(symbol(op)) + "'" + at(where));
  }
  return dispatch(op, [&](auto o) {
    using O = decltype(o);
    using In = Operand<T>;
    const auto in = [&](std::size_t k) { return In(operands[k], where); };
    if constexpr (O::arity == 1) {
      return In::template apply<O>(in(0));
    } else if constexpr (O::arity == 2) {
      return In::template apply<O>(in(0), in(1));
    } else {
      return In::template apply<O>(in(0), in(1), in(2));
    }
  });
}

template <class T>
std::vector<BasicValue<T>> canonical_order(std::span<const BasicValue<T>> roots) {
  std::vector<BasicValue<T>> result;
  if (roots.empty()) return result;
  detail::Arena<T>* const arena = Access::arena(roots.front());
  const detail::Order order = arena->canonical_order(Access::indices(roots, arena), false);
  result.reserve(order.count);
  for (const NodeIndex index : order.span()) result.push_back(Access::value(arena, index));
  return result;
}

template <class T>
void backward(std::span<const BasicValue<T>> order, std::span<const BasicSeed<T>> seeds) {
  if (order.empty()) return;
  detail::Arena<T>* const arena = Access::arena(order.front());
  const std::vector<NodeIndex> indices = Access::indices(order, arena);
  if (arena->symbols() != nullptr) {
    arena->refuse_symbolic(indices, (*arena)[indices.back()].where);
  }
  arena->reset_grads(indices);
  for (const BasicSeed<T>& seed : seeds) {
    (*arena)[Access::index(seed.value, arena)].grad += seed.grad;
  }
  arena->sweep(indices);
}

template <class T>
std::ostream& operator<<(std::ostream& out, const BasicValue<T>& value) {
  const std::source_location where = value.where();  // for an error: there is no line of the user's
  return out << "Value(data=" << shortest(value.data(where))
             << ", grad=" << shortest(value.grad(where)) << ")";
}

template class BasicValue<float>;
template class BasicValue<double>;
template class Operand<float>;
template class Operand<double>;
template ValueF32 apply(Op, std::span<const ValueF32>, std::source_location);
template Value apply(Op, std::span<const Value>, std::source_location);
template std::vector<ValueF32> canonical_order(std::span<const ValueF32>);
template std::vector<Value> canonical_order(std::span<const Value>);
template void backward(std::span<const ValueF32>, std::span<const SeedF32>);
template void backward(std::span<const Value>, std::span<const Seed>);
template std::ostream& operator<<(std::ostream&, const ValueF32&);
template std::ostream& operator<<(std::ostream&, const Value&);

}  // namespace levelgrad
