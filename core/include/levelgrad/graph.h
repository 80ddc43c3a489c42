// SPDX-License-Identifier: MIT
//
// Graph: the owner of nodes. Append-only; scopes release what a training step has made.
#pragma once

#include <cstdint>

#include "levelgrad/arena.h"

namespace levelgrad {

template <class T>
class BasicValue;

namespace detail {
struct Access;
}

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
      arena_->check_thread({});
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
  void reserve(std::uint64_t node_count) {
    arena_->check_thread({});
    arena_->reserve(node_count);
  }

  /// Sets every grad in the Graph to +0.
  void zero_grad();

private:
  friend class BasicValue<T>;
  friend struct detail::Access;

  static BasicGraph& use_default();
  static constinit inline thread_local BasicGraph* current_ = nullptr;

  detail::Arena<T>* arena_;
};

extern template class BasicGraph<float>;
extern template class BasicGraph<double>;

using Graph = BasicGraph<double>;
using GraphF32 = BasicGraph<float>;

}  // namespace levelgrad
