// SPDX-License-Identifier: MIT
//
// How an optimizer updates one parameter: one struct each, like an op, for every executor. The list
// at the end names them all. Freestanding: g++, clang, nvcc and NVRTC compile it unchanged.
//
//   State<T>        what a parameter carries from step to step; starts as State<T>{}
//   Scalars<T>      what all parameters share in one step: computed in f64, rounded once to T
//   updated(...)    the parameter after the step; changes its state
#pragma once

#include "levelgrad/fn.h"
#include "levelgrad/math.h"

namespace levelgrad::optimizer {

/// Gradient descent: p - rate * grad, two roundings.
struct Sgd {
  template <class T>
  struct State {
    LG_FN bool finite() const { return true; }
  };
  template <class T>
  struct Scalars {
    using Optimizer = Sgd;
    T rate;
  };

  template <class T>
  LG_FN static T updated(T p, T grad, State<T>&, const Scalars<T>& s) {
    return p - s.rate * grad;
  }
};

/// AdamW, its operations in the order of PyTorch's (torch.optim.AdamW, one tensor after the other,
/// no amsgrad), each rounded once. PyTorch's own bits depend on where its build fuses a * b + c.
///
/// source   Loshchilov & Hutter, Decoupled Weight Decay Regularization, 2019, algorithm 2.
struct AdamW {
  /// With PyTorch's defaults.
  struct Settings {
    double lr = 1e-3;
    double beta1 = 0.9;
    double beta2 = 0.999;
    double eps = 1e-8;
    double weight_decay = 1e-2;
  };

  /// What a parameter carries from step to step: the moving averages of its grad and of the square.
  template <class T>
  struct State {
    T m = 0;
    T v = 0;
    LG_FN bool finite() const { return math::is_finite(m) && math::is_finite(v); }
  };

  /// What all parameters share in one step: computed in f64, rounded once to T.
  template <class T>
  struct Scalars {
    using Optimizer = AdamW;
    T decay;         ///< 1 - lr * weight_decay
    T grad_share;    ///< 1 - beta1
    T beta2;         ///< of the old v
    T square_share;  ///< 1 - beta2
    T root;          ///< sqrt(1 - beta2 ** t), the bias correction of v's root
    T eps;
    T rate;  ///< lr / (1 - beta1 ** t): with the bias correction of m
  };

  /// t   the number of this step, from 1.
  template <class T>
  LG_FN static Scalars<T> scalars(const Settings& s, int t) {
    const double correction1 = 1.0 - math::pow(s.beta1, static_cast<double>(t));
    const double correction2 = 1.0 - math::pow(s.beta2, static_cast<double>(t));
    return {static_cast<T>(1.0 - s.lr * s.weight_decay),
            static_cast<T>(1.0 - s.beta1),
            static_cast<T>(s.beta2),
            static_cast<T>(1.0 - s.beta2),
            static_cast<T>(math::sqrt(correction2)),
            static_cast<T>(s.eps),
            static_cast<T>(s.lr / correction1)};
  }

  template <class T>
  LG_FN static T updated(T p, T grad, State<T>& state, const Scalars<T>& s) {
    const T kept = p * s.decay;
    state.m = state.m + s.grad_share * (grad - state.m);
    state.v = state.v * s.beta2 + (s.square_share * grad) * grad;
    const T denominator = math::sqrt(state.v) / s.root + s.eps;
    return kept - (s.rate * state.m) / denominator;
  }
};

#define LG_OPTIMIZERS(X) X(Sgd) X(AdamW)

/// A learning rate that falls in a straight line to a tenth: lr - 0.9 * lr * k / steps, in f64,
/// left to right. step counts from 0.
LG_FN double linear_rate(double lr, int step, int steps) {
  return lr - 0.9 * lr * static_cast<double>(step) / static_cast<double>(steps);
}

}  // namespace levelgrad::optimizer
