// SPDX-License-Identifier: MIT
//
// A step of every optimizer, with settings that use all of its state.
#pragma once

#include <variant>
#include <vector>

#include "levelgrad/executor.h"

namespace levelgrad::testing {

/// t   the number of the step, from 1.
template <class T>
std::vector<BasicUpdate<T>> every_update(int t, T max_norm = math::infinity<T>()) {
  using namespace optimizer;
  const std::vector<BasicUpdate<T>> all = {
      {Sgd::scalars<T>({.lr = 0.05}, t), max_norm},
      {SgdMomentum::scalars<T>(
           {.lr = 0.02, .momentum = 0.9, .weight_decay = 0.01, .nesterov = true}, t),
       max_norm},
      {Adam::scalars<T>({.lr = 0.05, .weight_decay = 0.01}, t), max_norm},
      {AdamW::scalars<T>({.lr = 0.05}, t), max_norm},
      {RMSProp::scalars<T>(
           {.lr = 0.02, .alpha = 0.9, .eps = 0.25, .momentum = 0.5, .centered = true}, t),
       max_norm},
      {Adagrad::scalars<T>({.lr = 0.1, .lr_decay = 0.1}, t), max_norm}};
  static_assert(std::variant_size_v<typename BasicUpdate<T>::Scalars> == 6, "one is not here");
  return all;
}

/// Some steps of the optimizer that is the k-th in every_update(), from step t on.
template <class T>
std::vector<BasicUpdate<T>> updates_of(std::size_t k, int t, int count) {
  std::vector<BasicUpdate<T>> updates;
  for (int step = t; step < t + count; ++step) updates.push_back(every_update<T>(step)[k]);
  return updates;
}

}  // namespace levelgrad::testing
