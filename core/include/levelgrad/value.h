// SPDX-License-Identifier: MIT
//
// Value: the user's handle on one scalar, with micrograd's surface. Operators and functions follow
// from the lists in ops.h. Numbers mix with Values on both sides.
#pragma once

#include <iosfwd>
#include <source_location>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "levelgrad/graph.h"

namespace levelgrad {

/// What mixes with Values: the arithmetic types of C++.
template <class N>
concept Number = std::is_arithmetic_v<N>;

template <class T>
class Operand;

/// One scalar of a Graph: data, grad, op, operands, optional label. Copying copies the handle.
///
/// A Value whose node was released, or that is used in another thread, throws GraphError.
template <class T>
class BasicValue {
public:
  /// Empty; every use throws GraphError until something is assigned.
  BasicValue() = default;

  /// A leaf in the current Graph.
  template <Number N>
  BasicValue(N number, std::source_location where = std::source_location::current())
      : BasicValue(BasicGraph<T>::current(), static_cast<T>(number), where) {}

  /// A leaf in the given Graph.
  BasicValue(BasicGraph<T>& graph, T number,
             std::source_location where = std::source_location::current());

  /// Errors: RecordingError while a Program is recorded, for what depends on an input or a
  /// parameter: its number is not known then.
  [[nodiscard]] T data(std::source_location where = std::source_location::current()) const {
    return readable(where).data;
  }
  /// d root / d this, after root.backward(); leaves accumulate over calls until zero_grad().
  /// Errors: as data().
  [[nodiscard]] T grad(std::source_location where = std::source_location::current()) const {
    return readable(where).grad;
  }

  /// Sets a leaf's number. Errors: GraphError for an interior node, whose data its op defines.
  void set_data(T number, std::source_location where = std::source_location::current()) const;
  /// Sets the grad from which a leaf's fold starts. Errors: GraphError for an interior node.
  void set_grad(T grad, std::source_location where = std::source_location::current()) const;

  /// Grads of everything that this Value depends on, in canonical order from here, seed 1.
  ///
  /// Interior nodes start at +0 in every call, leaves at the grad they have: calling it twice
  /// doubles the grads of leaves and nothing else. Iterative: depth is unlimited.
  ///
  /// cost   O(nodes below); 4 bytes of memory for each node made before this one.
  void backward(std::source_location where = std::source_location::current()) const;

  [[nodiscard]] Op op() const { return node().op; }
  /// Operands, left to right; empty for a leaf.
  [[nodiscard]] std::vector<BasicValue> operands() const;
  /// The source line that made the node.
  [[nodiscard]] std::source_location where() const { return node().where; }

  /// A name for drawings and messages; "" where there is none.
  [[nodiscard]] std::string label() const;
  void set_label(const std::string& text) const;

  /// Different for every node that a Graph ever has, and growing in the order of making.
  [[nodiscard]] std::uint64_t id() const { return serial_; }

  // The ops, stamped from their lists.
#define LG_UNARY(name, function) \
  friend BasicValue function(Operand<T> a) { return Operand<T>::template apply<op::name>(a); }
#define LG_BINARY(name, function)                          \
  friend BasicValue function(Operand<T> a, Operand<T> b) { \
    return Operand<T>::template apply<op::name>(a, b);     \
  }
#define LG_TERNARY(name, function)                                       \
  friend BasicValue function(Operand<T> a, Operand<T> b, Operand<T> c) { \
    return Operand<T>::template apply<op::name>(a, b, c);                \
  }
#define LG_CONSTANT(name, function)                                                          \
  template <Number N>                                                                        \
  friend BasicValue function(const BasicValue& a, N b,                                       \
                             std::source_location where = std::source_location::current()) { \
    return Operand<T>::template apply<op::name>(Operand<T>(a, where), Operand<T>(b, where)); \
  }
  LG_UNARY_OPS(LG_UNARY)
  LG_JOIN_OPS(LG_UNARY)
  LG_BINARY_OPS(LG_BINARY)
  LG_TERNARY_OPS(LG_TERNARY)
  LG_CONSTANT_OPS(LG_CONSTANT)
#undef LG_UNARY
#undef LG_BINARY
#undef LG_TERNARY
#undef LG_CONSTANT

  friend BasicValue& operator+=(BasicValue& a, Operand<T> b) {
    return a = Operand<T>::template apply<op::Add>(b.left(a), b);
  }
  friend BasicValue& operator-=(BasicValue& a, Operand<T> b) {
    return a = Operand<T>::template apply<op::Sub>(b.left(a), b);
  }
  friend BasicValue& operator*=(BasicValue& a, Operand<T> b) {
    return a = Operand<T>::template apply<op::Mul>(b.left(a), b);
  }
  friend BasicValue& operator/=(BasicValue& a, Operand<T> b) {
    return a = Operand<T>::template apply<op::Div>(b.left(a), b);
  }

private:
  friend class BasicGraph<T>;
  friend class Operand<T>;
  friend struct detail::Access;

  BasicValue(detail::Arena<T>* arena, detail::Serial serial) : arena_(arena), serial_(serial) {}

  [[nodiscard]] NodeIndex index(std::source_location where) const {
    if (arena_ == nullptr) refuse_empty(where);
    arena_->check_thread(where);
    return arena_->index_of(serial_, where);
  }
  [[nodiscard]] Node<T>& node(std::source_location where = {}) const {
    const NodeIndex self = index(where);  // before the arena is touched: there may be none
    return (*arena_)[self];
  }
  /// The node, whose numbers are about to be read.
  [[nodiscard]] Node<T>& readable(std::source_location where) const {
    const NodeIndex self = index(where);
    if (arena_->symbols() != nullptr) arena_->refuse_symbolic({&self, 1}, where);
    return (*arena_)[self];
  }
  [[nodiscard]] Node<T>& leaf(std::source_location where) const;
  [[noreturn]] static void refuse_empty(std::source_location where);

  detail::Arena<T>* arena_ = nullptr;
  detail::Serial serial_ = 0;
};

/// What an operator takes: a Value or a number, and the source line where it was written.
///
/// Operators cannot have default arguments, so the line comes in through this conversion.
template <class T>
class Operand {
public:
  Operand(const BasicValue<T>& value, std::source_location where = std::source_location::current())
      : value_(value), where_(where) {
    if (value.arena_ == nullptr) BasicValue<T>::refuse_empty(where);
  }
  template <Number N>
  Operand(N number, std::source_location where = std::source_location::current())
      : number_(static_cast<T>(number)), where_(where) {}

  /// value as an operand on the same source line.
  [[nodiscard]] Operand left(const BasicValue<T>& value) const { return {value, where_}; }

  /// A new node O(a, rest...) in the operands' Graph; numbers become leaves, left to right.
  template <class O, class... Rest>
  static BasicValue<T> apply(const Operand& a, const Rest&... rest) {
    detail::Arena<T>* arena = a.value_.arena_;
    ((arena = arena == nullptr ? rest.value_.arena_ : arena), ...);
    arena->check_thread(a.where_);
    const NodeIndex index[3] = {a.resolve(arena), rest.resolve(arena)...};
    return {arena,
            arena->serial_of_new(arena->template push<O>(index[0], index[1], index[2], a.where_))};
  }

private:
  [[nodiscard]] NodeIndex resolve(detail::Arena<T>* arena) const {
    if (value_.arena_ == nullptr) return arena->push_leaf(number_, where_);
    if (value_.arena_ != arena) refuse_other_graph(where_);
    return arena->index_of(value_.serial_, where_);
  }

  [[noreturn]] static void refuse_other_graph(std::source_location where);

  BasicValue<T> value_;
  T number_ = 0;
  std::source_location where_;
};

template <class T>
BasicValue<T>::BasicValue(BasicGraph<T>& graph, T number, std::source_location where)
    : arena_(graph.arena_) {
  arena_->check_thread(where);
  serial_ = arena_->serial_of_new(arena_->push_leaf(number, where));
}

/// A new node with the op; operands as many as it has. For code that knows its ops only at run
/// time.
template <class T>
[[nodiscard]] BasicValue<T> apply(Op op, std::span<const BasicValue<T>> operands,
                                  std::source_location where = std::source_location::current());

/// Canonical order of what the roots depend on, leaves too: depth-first post-order from each root
/// in turn, operands left to right, each node once. Iterative: depth is unlimited.
///
/// errors   GraphError where the roots are of two Graphs.
template <class T>
[[nodiscard]] std::vector<BasicValue<T>> canonical_order(std::span<const BasicValue<T>> roots);
template <class T>
[[nodiscard]] std::vector<BasicValue<T>> canonical_order(const BasicValue<T>& root) {
  return canonical_order(std::span<const BasicValue<T>>(&root, 1));
}

/// A Value and the grad that is added to it before a backward pass begins.
template <class T>
struct BasicSeed {
  BasicValue<T> value;
  T grad;
};

/// The general backward pass: sets the grads of the interior nodes in order to +0, adds the seeds,
/// then goes through order in reverse; each node adds its contributions to the grads of its
/// operands, left to right. Leaves accumulate; their place in order does not matter.
///
/// order    interior operands before their consumers, each node once.
/// seeds    added in the order given; a Value may have several.
/// errors   GraphError where an order or a seed does not fit; grads are unspecified then.
///          RecordingError as BasicValue::backward().
template <class T>
void backward(std::span<const BasicValue<T>> order, std::span<const BasicSeed<T>> seeds);

/// "Value(data=2.0, grad=0.0)", numbers with the fewest digits that read back as the same bits.
template <class T>
std::ostream& operator<<(std::ostream& out, const BasicValue<T>& value);

extern template class BasicValue<float>;
extern template class BasicValue<double>;
extern template class Operand<float>;
extern template class Operand<double>;

using Value = BasicValue<double>;
using Seed = BasicSeed<double>;
using SeedF32 = BasicSeed<float>;
using ValueF32 = BasicValue<float>;

}  // namespace levelgrad
