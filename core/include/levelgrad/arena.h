// SPDX-License-Identifier: MIT
//
// Where the nodes of one Graph live, and how a Value finds its node or learns that it is gone.
// Internal: users meet it only through Graph and Value.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <source_location>
#include <span>
#include <string>
#include <vector>

#include "levelgrad/node.h"

namespace levelgrad::detail {

/// Never given twice in an arena's life, so a Value of a released node is always recognised.
using Serial = std::uint64_t;

/// Consecutive nodes whose serials are consecutive too. Scopes that end start new runs.
struct Run {
  Serial first_serial;
  NodeIndex begin;
};

/// Node indices in the order of a walk.
struct Order {
  std::unique_ptr<NodeIndex[]> nodes;
  std::size_t count = 0;
  [[nodiscard]] std::span<const NodeIndex> span() const { return {nodes.get(), count}; }
};

/// The nodes of one Graph.
///
/// Arenas are kept for ever and lent to one Graph after another, so that a Value may outlive its
/// Graph: the pointer stays good, and the serial says that the node is gone.
template <class T>
class Arena {
public:
  /// An unused arena, owned by the calling thread from now on.
  static Arena* acquire();
  /// Releases all nodes; every Value made so far is refused from now on.
  void give_back() noexcept;

  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  /// Appends a leaf.
  NodeIndex push_leaf(T data, std::source_location where) {
    const NodeIndex self = slot();
    nodes_[self] = {data, T(0), where, {self, self, self}, Op::Leaf, 0, 0};
    return self;
  }

  /// Appends O(a, b, c); b and c are ignored where O has fewer operands.
  template <class O>
  NodeIndex push(NodeIndex a, NodeIndex b, NodeIndex c, std::source_location where) {
    const NodeIndex self = slot();
    Node<T>* const nodes = nodes_;
    if constexpr (O::arity < 2) b = self;
    if constexpr (O::arity < 3) c = self;
    const T x = nodes[a].data;
    const T y = O::arity < 2 ? T(0) : nodes[b].data;
    const T z = O::arity < 3 ? T(0) : nodes[c].data;
    nodes[self] = {O::value(x, y, z), T(0), where, {a, b, c}, opcode<O>, 0, 0};
    return self;
  }

  /// Throws GraphError where the calling thread is not the Graph's.
  void check_thread(std::source_location where) const {
    if (owner_.load(std::memory_order_relaxed) != &thread_tag) refuse_thread(where);
  }

  /// The node of a Value. Throws GraphError where it was released.
  [[nodiscard]] NodeIndex index_of(Serial serial, std::source_location where) const {
    // All serials of the last run are alive. In a training step the run before it holds the
    // parameters, and there is no other.
    if (serial >= last_.first_serial) {
      return static_cast<NodeIndex>(serial - last_.first_serial + last_.begin);
    }
    if (serial >= before_last_.first_serial) {
      const Serial index = serial - before_last_.first_serial + before_last_.begin;
      if (index < last_.begin) return static_cast<NodeIndex>(index);
    }
    return index_in_older(serial, where);
  }

  [[nodiscard]] Serial serial_of(NodeIndex index) const;
  /// The same for a node just made.
  [[nodiscard]] Serial serial_of_new(NodeIndex index) const {
    return last_.first_serial + (index - last_.begin);
  }
  [[nodiscard]] Node<T>& operator[](NodeIndex index) { return nodes_[index]; }
  [[nodiscard]] const Node<T>& operator[](NodeIndex index) const { return nodes_[index]; }
  [[nodiscard]] NodeIndex size() const { return size_; }
  void reserve(std::uint64_t node_count);

  /// Serial of the node that will be made next: a mark for release_from().
  [[nodiscard]] Serial next_serial() const { return last_.first_serial + (size_ - last_.begin); }
  /// Makes sure that one more release_from() needs no memory.
  void prepare_release();
  /// Releases every node made since next_serial() was mark. O(1) but for labels.
  void release_from(Serial mark) noexcept;

  /// Canonical order (depth-first post-order, operands left to right, each node once) of what the
  /// roots depend on, one root after the other; leaves too. Sets the grads of interior nodes to +0
  /// on the way where reset_grads. Iterative; 4 bytes per node up to the last root.
  [[nodiscard]] Order canonical_order(std::span<const NodeIndex> roots, bool reset_grads);
  /// Sets the grads of interior nodes to +0. Throws GraphError unless each stands in order once,
  /// behind its interior operands.
  void reset_grads(std::span<const NodeIndex> order);
  /// Goes through order from its end to its start and adds each node's contributions to its
  /// operands' grads, left to right.
  void sweep(std::span<const NodeIndex> order);

  /// Leaves whose numbers are not known while a Program is recorded: parameters and inputs, by
  /// index, with the name that errors use. Null while nothing is recorded.
  using Symbols = std::map<NodeIndex, std::string>;
  [[nodiscard]] const Symbols* symbols() const { return symbols_; }
  /// Borrowed until the next call; null ends the recording.
  void set_symbols(const Symbols* symbols) { symbols_ = symbols; }
  /// Throws RecordingError where one of the nodes depends on one of the symbols.
  void refuse_symbolic(std::span<const NodeIndex> nodes, std::source_location where);

  void set_label(NodeIndex index, const std::string& text) { labels_[serial_of(index)] = text; }
  [[nodiscard]] const std::string* label(NodeIndex index) const;

private:
  Arena() = default;
  ~Arena() = default;

  NodeIndex slot() {
    if (size_ == capacity_) grow(std::uint64_t{capacity_} + 1);
    return size_++;
  }
  void grow(std::uint64_t node_count);
  void start_run(Serial first_serial);
  [[nodiscard]] NodeIndex index_in_older(Serial serial, std::source_location where) const;
  std::uint16_t new_visit();
  [[noreturn]] static void refuse_thread(std::source_location where);
  [[noreturn]] static void refuse_released(std::source_location where);

  /// Its address stands for the thread.
  static constinit inline thread_local char thread_tag = 0;

  Node<T>* nodes_ = nullptr;
  NodeIndex size_ = 0;
  NodeIndex capacity_ = 0;
  Run last_ = {1, 0};         ///< new nodes continue it
  Run before_last_ = {1, 0};  ///< older_.back(), or an empty run before all others
  std::atomic<const char*> owner_ = nullptr;
  std::vector<Run> older_;  ///< the runs before the last, oldest first, none empty
  std::size_t promised_runs_ = 0;
  std::map<Serial, std::string> labels_;
  const Symbols* symbols_ = nullptr;
  std::uint16_t visit_ = 0;
};

extern template class Arena<float>;
extern template class Arena<double>;

}  // namespace levelgrad::detail
