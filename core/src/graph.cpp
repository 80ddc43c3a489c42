// SPDX-License-Identifier: MIT
#include "levelgrad/graph.h"

namespace levelgrad {

template <class T>
BasicGraph<T>& BasicGraph<T>::use_default() {
  thread_local BasicGraph graph;
  current_ = &graph;
  return graph;
}

template <class T>
void BasicGraph<T>::zero_grad() {
  arena_->check_thread({});
  for (NodeIndex i = 0; i < arena_->size(); ++i) (*arena_)[i].grad = T(0);
}

template class BasicGraph<float>;
template class BasicGraph<double>;

}  // namespace levelgrad
