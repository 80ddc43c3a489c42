// SPDX-License-Identifier: MIT
#include "levelgrad/value.h"

#include <ostream>

#include "levelgrad/error.h"
#include "levelgrad/number_text.h"

namespace levelgrad {
template <class T>
void BasicValue<T>::backward(std::source_location where) const {
  const NodeIndex root = index(where);
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
  leaf(where).data = number;
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

namespace detail {

/// The way from Values to their places in the arena, for the functions below.
struct Access {
  template <class T>
  static Arena<T>* arena(const BasicValue<T>& value) {
    if (value.arena_ == nullptr) BasicValue<T>::refuse_empty({});
    return value.arena_;
  }

  template <class T>
  static NodeIndex index(const BasicValue<T>& value, const Arena<T>* arena) {
    if (Access::arena(value) != arena) {
      throw GraphError("Values of two Graphs in one order", "an order belongs to one Graph");
    }
    return value.index({});
  }

  template <class T>
  static std::vector<NodeIndex> indices(std::span<const BasicValue<T>> values,
                                        const Arena<T>* arena) {
    std::vector<NodeIndex> result;
    result.reserve(values.size());
    for (const BasicValue<T>& value : values) result.push_back(index(value, arena));
    return result;
  }

  template <class T>
  static BasicValue<T> value(Arena<T>* arena, NodeIndex index) {
    return {arena, arena->serial_of(index)};
  }
};

}  // namespace detail

using detail::Access;

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
  arena->reset_grads(indices);
  for (const BasicSeed<T>& seed : seeds) {
    (*arena)[Access::index(seed.value, arena)].grad += seed.grad;
  }
  arena->sweep(indices);
}

template <class T>
std::ostream& operator<<(std::ostream& out, const BasicValue<T>& value) {
  return out << "Value(data=" << shortest(value.data()) << ", grad=" << shortest(value.grad())
             << ")";
}

template class BasicValue<float>;
template class BasicValue<double>;
template class Operand<float>;
template class Operand<double>;
template std::vector<ValueF32> canonical_order(std::span<const ValueF32>);
template std::vector<Value> canonical_order(std::span<const Value>);
template void backward(std::span<const ValueF32>, std::span<const SeedF32>);
template void backward(std::span<const Value>, std::span<const Seed>);
template std::ostream& operator<<(std::ostream&, const ValueF32&);
template std::ostream& operator<<(std::ostream&, const Value&);

}  // namespace levelgrad
