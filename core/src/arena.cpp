// SPDX-License-Identifier: MIT
#include "levelgrad/arena.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <mutex>
#include <type_traits>

#include "levelgrad/error.h"

namespace levelgrad::detail {
namespace {

/// Arenas whose Graph is gone, waiting for the next one.
template <class T>
struct Pool {
  std::mutex mutex;
  std::vector<Arena<T>*> idle;
};

template <class T>
Pool<T>& pool() {
  static auto* const forever = new Pool<T>;  // outlives every thread's default Graph
  return *forever;
}

}  // namespace

template <class T>
Arena<T>* Arena<T>::acquire() {
  Arena* arena = nullptr;
  {
    const std::scoped_lock lock(pool<T>().mutex);
    if (!pool<T>().idle.empty()) {
      arena = pool<T>().idle.back();
      pool<T>().idle.pop_back();
    }
  }
  if (arena == nullptr) {
    arena = new Arena;
    const std::scoped_lock lock(pool<T>().mutex);
    pool<T>().idle.reserve(pool<T>().idle.capacity() + 1);  // so that give_back cannot fail
  }
  arena->owner_.store(&thread_tag, std::memory_order_relaxed);
  return arena;
}

template <class T>
void Arena<T>::give_back() noexcept {
  // One serial is left out, so that the mark of a scope that outlives its Graph is never reached.
  const Serial next = next_serial() + 1;
  labels_.clear();
  std::free(nodes_);
  nodes_ = nullptr;
  size_ = capacity_ = 0;
  older_.clear();
  promised_runs_ = 0;
  start_run(next);
  const std::scoped_lock lock(pool<T>().mutex);
  pool<T>().idle.push_back(this);
}

template <class T>
void Arena<T>::start_run(Serial first_serial) {
  last_ = {first_serial, size_};
  before_last_ = older_.empty() ? last_ : older_.back();
}

template <class T>
NodeIndex Arena<T>::index_in_older(Serial serial, std::source_location where) const {
  const auto later =
      std::upper_bound(older_.begin(), older_.end(), serial,
                       [](Serial wanted, const Run& run) { return wanted < run.first_serial; });
  if (later == older_.begin()) refuse_released(where);
  const Run& run = *(later - 1);
  const NodeIndex end = later == older_.end() ? last_.begin : later->begin;
  const Serial index = serial - run.first_serial + run.begin;
  if (index >= end) refuse_released(where);
  return static_cast<NodeIndex>(index);
}

template <class T>
Serial Arena<T>::serial_of(NodeIndex index) const {
  if (index >= last_.begin) return last_.first_serial + (index - last_.begin);
  const auto later =
      std::upper_bound(older_.begin(), older_.end(), index,
                       [](NodeIndex wanted, const Run& run) { return wanted < run.begin; });
  const Run& run = *(later - 1);
  return run.first_serial + (index - run.begin);
}

template <class T>
void Arena<T>::reserve(std::uint64_t node_count) {
  if (node_count > capacity_) grow(node_count);
}

template <class T>
void Arena<T>::grow(std::uint64_t node_count) {
  constexpr std::uint64_t limit = std::numeric_limits<NodeIndex>::max();
  if (node_count > limit) {
    throw MemoryError("a Graph holds at most 4294967295 nodes",
                      "put each training step into a Graph::Scope, or use smaller batches");
  }
  // Small steps: realloc moves pages, not bytes, where blocks are large.
  const std::uint64_t quarter_more = std::uint64_t{capacity_} + capacity_ / 4 + 1024;
  const std::uint64_t capacity = std::min(limit, std::max(node_count, quarter_more));
  static_assert(std::is_trivially_copyable_v<Node<T>>, "realloc moves the bytes");
  void* const moved = std::realloc(static_cast<void*>(nodes_), capacity * sizeof(Node<T>));
  if (moved == nullptr) {
    throw MemoryError("no memory for a Graph of " + std::to_string(capacity) + " nodes (" +
                          std::to_string(capacity * sizeof(Node<T>)) + " bytes)",
                      "put each training step into a Graph::Scope, or use smaller batches");
  }
  nodes_ = static_cast<Node<T>*>(moved);
  capacity_ = static_cast<NodeIndex>(capacity);
}

template <class T>
void Arena<T>::prepare_release() {
  ++promised_runs_;
  older_.reserve(older_.size() + promised_runs_);
}

template <class T>
void Arena<T>::release_from(Serial mark) noexcept {
  // A scope that outlived its Graph has nothing to release: the arena may serve another by now.
  const bool mine = owner_.load(std::memory_order_relaxed) == &thread_tag;
  const Serial oldest = older_.empty() ? last_.first_serial : older_.front().first_serial;
  if (!mine || mark < oldest) return;
  --promised_runs_;
  labels_.erase(labels_.lower_bound(mark), labels_.end());

  const Serial next = next_serial();
  Run kept = last_;
  while (kept.first_serial > mark) {
    size_ = kept.begin;
    kept = older_.back();
    older_.pop_back();
  }
  const Serial alive = mark - kept.first_serial;
  if (kept.begin + alive < size_) size_ = static_cast<NodeIndex>(kept.begin + alive);
  if (kept.begin < size_) older_.push_back(kept);
  start_run(next);
}

template <class T>
std::uint16_t Arena<T>::new_visit() {
  if (visit_ == std::numeric_limits<std::uint16_t>::max()) {
    for (NodeIndex i = 0; i < size_; ++i) nodes_[i].visit = 0;
    visit_ = 0;
  }
  return ++visit_;
}

template <class T>
Order Arena<T>::canonical_order(std::span<const NodeIndex> roots, bool reset_grads) {
  NodeIndex last = 0;
  for (const NodeIndex root : roots) last = std::max(last, root);
  const std::size_t room = roots.empty() ? 0 : std::size_t{last} + 1;
  Order order{std::unique_ptr<NodeIndex[]>(new NodeIndex[room]), 0};

  // The result grows from the front of the array and the stack of unfinished nodes from its back.
  // They never meet: a node is in one of the two at most.
  NodeIndex* out = order.nodes.get();
  NodeIndex* const bottom = out + room;
  NodeIndex* top = bottom;
  const std::uint16_t visit = new_visit();
  Node<T>* const nodes = nodes_;

  // Marks a node; true if it is an interior one that the walk has not met.
  const auto fresh = [&](Node<T>& node, NodeIndex index) {
    if (node.visit == visit) return false;
    node.visit = visit;
    if (node.op == Op::Leaf) {
      *out++ = index;
      return false;
    }
    if (reset_grads) node.grad = T(0);
    return true;
  };

  for (const NodeIndex root : roots) {
    if (!fresh(nodes[root], root)) continue;
    NodeIndex index = root;
    Node<T>* node = &nodes[root];
    unsigned next = 0;
    for (;;) {
      // Operands that an op does not have name the node itself.
      const NodeIndex below = next < 3 ? node->operand[next] : index;
      if (below != index) {
        Node<T>* const operand = &nodes[below];
        ++next;
        if (!fresh(*operand, below)) continue;
        node->next_operand = static_cast<std::uint8_t>(next);
        *--top = index;
        index = below;
        node = operand;
        next = 0;
      } else {
        *out++ = index;
        if (top == bottom) break;
        index = *top++;
        node = &nodes[index];
        next = node->next_operand;
      }
    }
  }
  order.count = static_cast<std::size_t>(out - order.nodes.get());
  return order;
}

template <class T>
void Arena<T>::reset_grads(std::span<const NodeIndex> order) {
  const std::uint16_t visit = new_visit();
  for (const NodeIndex index : order) {
    Node<T>& node = nodes_[index];
    if (node.op == Op::Leaf) continue;
    bool fits = node.visit != visit;
    for (int k = 0; k < arity(node.op); ++k) {
      const Node<T>& operand = nodes_[node.operand[k]];
      fits = fits && (operand.op == Op::Leaf || operand.visit == visit);
    }
    if (!fits) {
      throw GraphError("backward: the order does not hold '" + std::string(symbol(node.op)) + "'" +
                           at(node.where) + " once and behind its operands",
                       "canonical_order() gives such an order");
    }
    node.visit = visit;
    node.grad = T(0);
  }
}

namespace {

/// Adds the contributions of one node, for whichever op it has.
template <class T>
struct Contribute {
  Node<T>* nodes;
  const Node<T>& node;

  template <class O>
  void operator()(O) const {
    Node<T>& a = nodes[node.operand[0]];
    Node<T>& b = nodes[node.operand[1]];
    Node<T>& c = nodes[node.operand[2]];
    const T g = node.grad;
    const T y = node.data;
    const T x0 = a.data;
    const T x1 = O::arity > 1 ? b.data : T(0);
    const T x2 = O::arity > 2 ? c.data : T(0);
    if constexpr (O::active > 0) a.grad += O::da(g, x0, x1, x2, y);
    if constexpr (O::active > 1) b.grad += O::db(g, x0, x1, x2, y);
    if constexpr (O::active > 2) c.grad += O::dc(g, x0, x1, x2, y);
  }
};

}  // namespace

template <class T>
void Arena<T>::sweep(std::span<const NodeIndex> order) {
  for (std::size_t i = order.size(); i-- > 0;) {
    const Node<T>& node = nodes_[order[i]];
    if (node.op != Op::Leaf) dispatch(node.op, Contribute<T>{nodes_, node});
  }
}

template <class T>
void Arena<T>::refuse_symbolic(std::span<const NodeIndex> nodes, std::source_location where) {
  const Order below = canonical_order(nodes, false);
  for (const NodeIndex leaf : below.span()) {
    const auto found = symbols_->find(leaf);
    if (found == symbols_->end()) continue;
    throw RecordingError(
        "the number of a Value that depends on " + found->second +
            " was needed while a Program was recorded" + at(where),
        "the Program would be right for this number only: use ops in place of branches (less and "
        "select, min, max, clamp), and read numbers after the run");
  }
}

template <class T>
const std::string* Arena<T>::label(NodeIndex index) const {
  const auto found = labels_.find(serial_of(index));
  return found == labels_.end() ? nullptr : &found->second;
}

template <class T>
void Arena<T>::refuse_thread(std::source_location where) {
  throw GraphError("a Value was used in a thread that does not own its Graph" + at(where),
                   "a Graph and its Values belong to the thread that made the Graph");
}

template <class T>
void Arena<T>::refuse_released(std::source_location where) {
  throw GraphError("a Value was used after its Graph or Graph::Scope ended" + at(where),
                   "make what must outlive the scope, such as parameters, before the scope");
}

template class Arena<float>;
template class Arena<double>;

}  // namespace levelgrad::detail
