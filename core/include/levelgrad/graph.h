// SPDX-License-Identifier: MIT
//
// Graph: the owner of nodes. Append-only; scopes release what a training step has made.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "levelgrad/arena.h"

namespace levelgrad {

template <class T>
class BasicValue;

/// A Value and the grad that is added to it before a backward pass begins.
template <class T>
struct BasicSeed {
  BasicValue<T> value;
  T grad;
};

/// Owns the nodes of scalar expressions. Belongs to the thread that made it.
///
/// A thread always has a current Graph, in which `Value a = 2.0;` makes its node; a default one
/// exists. Operators put their result into the Graph of their operands.
template <class T>
class BasicGraph {
public:
  BasicGraph() : arena_(detail::Arena<T>::acquire()) {}
  ~BasicGraph() {
    if (current_ == this) current_ = nullptr;
    arena_->give_back();
  }
  BasicGraph(const BasicGraph&) = delete;
  BasicGraph& operator=(const BasicGraph&) = delete;

  /// The Graph in which this thread's new leaves are made.
  [[nodiscard]] static BasicGraph& current() { return current_ ? *current_ : use_default(); }

  /// Makes a Graph current as long as it lives, then the one before again.
  class [[nodiscard]] Use {
  public:
    explicit Use(BasicGraph& graph) : before_(current_) { current_ = &graph; }
    ~Use() { current_ = before_; }
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;

  private:
    BasicGraph* before_;
  };

  /// Releases, at its end, every node made since its start: one per training step keeps a loop from
  /// growing. Parameters live outside. A Value of a released node throws GraphError when used.
  class [[nodiscard]] Scope {
  public:
    explicit Scope(BasicGraph& graph = current()) : arena_(graph.arena_) {
      arena_->prepare_release();
      mark_ = arena_->next_serial();
    }
    ~Scope() { arena_->release_from(mark_); }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

  private:
    detail::Arena<T>* arena_;
    detail::Serial mark_;
  };

  /// Nodes that the Graph holds now.
  [[nodiscard]] std::uint64_t node_count() const { return arena_->size(); }

  /// Makes room for node_count nodes at once. Errors: MemoryError.
  void reserve(std::uint64_t node_count) { arena_->reserve(node_count); }

  /// Sets every grad in the Graph to +0.
  void zero_grad();

  /// Canonical order of what the roots depend on, leaves too: depth-first post-order from each root
  /// in turn, operands left to right, each node once. Iterative: depth is unlimited.
  ///
  /// errors   GraphError where a root is not of this Graph.
  [[nodiscard]] std::vector<BasicValue<T>> order(std::span<const BasicValue<T>> roots);

  /// The general backward pass: sets the grads of the interior nodes in order to +0, adds the
  /// seeds, then goes through order in reverse; each node adds its contributions to the grads of
  /// its operands, left to right. Leaves accumulate; their place in order does not matter.
  ///
  /// order    interior operands before their consumers, each node once.
  /// seeds    added in the order given; a Value may have several.
  /// errors   GraphError where an order or a seed does not fit; grads are unspecified then.
  void backward(std::span<const BasicValue<T>> order, std::span<const BasicSeed<T>> seeds);

private:
  friend class BasicValue<T>;

  static BasicGraph& use_default();
  [[nodiscard]] NodeIndex index(const BasicValue<T>& value) const;
  static constinit inline thread_local BasicGraph* current_ = nullptr;

  detail::Arena<T>* arena_;
};

extern template class BasicGraph<float>;
extern template class BasicGraph<double>;

using Graph = BasicGraph<double>;
using GraphF32 = BasicGraph<float>;
using Seed = BasicSeed<double>;
using SeedF32 = BasicSeed<float>;

}  // namespace levelgrad
