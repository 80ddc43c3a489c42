// SPDX-License-Identifier: MIT
//
// How an optimizer updates one parameter: one struct each, like an op, for every executor.
// Freestanding: g++, clang, nvcc and NVRTC compile it unchanged.
#pragma once

#include "levelgrad/fn.h"

namespace levelgrad::optimizer {

/// Gradient descent: p - rate * grad, two roundings.
struct Sgd {
  template <class T>
  LG_FN static T updated(T p, T grad, T rate) {
    return p - rate * grad;
  }
};

/// A learning rate that falls in a straight line to a tenth: lr - 0.9 * lr * k / steps, in f64,
/// left to right. step counts from 0.
LG_FN double linear_rate(double lr, int step, int steps) {
  return lr - 0.9 * lr * static_cast<double>(step) / static_cast<double>(steps);
}

}  // namespace levelgrad::optimizer
