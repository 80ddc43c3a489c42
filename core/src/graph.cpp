// SPDX-License-Identifier: MIT
#include "levelgrad/graph.h"

#include "levelgrad/error.h"
#include "levelgrad/value.h"

namespace levelgrad {

template <class T>
BasicGraph<T>& BasicGraph<T>::use_default() {
  thread_local BasicGraph graph;
  current_ = &graph;
  return graph;
}

template <class T>
void BasicGraph<T>::zero_grad() {
  for (NodeIndex i = 0; i < arena_->size(); ++i) (*arena_)[i].grad = T(0);
}

template <class T>
NodeIndex BasicGraph<T>::index(const BasicValue<T>& value) const {
  if (value.arena_ != nullptr && value.arena_ != arena_) {
    throw GraphError("a Value of another Graph was given to this Graph");
  }
  return value.index({});
}

template <class T>
std::vector<BasicValue<T>> BasicGraph<T>::order(std::span<const BasicValue<T>> roots) {
  std::vector<NodeIndex> indices;
  for (const BasicValue<T>& root : roots) indices.push_back(index(root));
  const detail::Order order = arena_->canonical_order(indices, false);
  std::vector<BasicValue<T>> result;
  result.reserve(order.count);
  for (const NodeIndex i : order.span()) result.push_back({arena_, arena_->serial_of(i)});
  return result;
}

template <class T>
void BasicGraph<T>::backward(std::span<const BasicValue<T>> order,
                             std::span<const BasicSeed<T>> seeds) {
  std::vector<NodeIndex> indices;
  indices.reserve(order.size());
  for (const BasicValue<T>& value : order) indices.push_back(index(value));
  arena_->reset_grads(indices);
  for (const BasicSeed<T>& seed : seeds) (*arena_)[index(seed.value)].grad += seed.grad;
  arena_->sweep(indices);
}

template class BasicGraph<float>;
template class BasicGraph<double>;

}  // namespace levelgrad
