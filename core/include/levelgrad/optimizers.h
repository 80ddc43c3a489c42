// SPDX-License-Identifier: MIT
//
// How an optimizer updates one parameter: one struct each, like an op, for every executor. The list
// at the end names them all. Freestanding: g++, clang, nvcc and NVRTC compile it unchanged.
//
//   Settings        what its users choose, with PyTorch's names and defaults
//   State<T>        what a parameter carries from step to step; starts as State<T>{}; each(see)
//                   calls see(name, number) for its numbers, in one order
//   Scalars<T>      what all parameters share in one step: computed in f64, rounded once to T
//   scalars(...)    those of a step by the settings; t is the number of the step, from 1
//   updated(...)    the parameter after the step; changes its state
//
// Operations and their order are those of PyTorch (torch/optim, one tensor after the other), each
// rounded once. PyTorch's own bits depend on where its build fuses a * b + c.
#pragma once

#include "levelgrad/fn.h"
#include "levelgrad/math.h"

namespace levelgrad::optimizer {

/// Gradient descent: p - rate * grad, two roundings.
struct Sgd {
  struct Settings {
    double lr = 1e-3;
  };
  template <class T>
  struct State {
    using Optimizer = Sgd;
    template <class See>
    LG_FN void each(const See&) {}
    LG_FN bool finite() const { return true; }
  };
  template <class T>
  struct Scalars {
    using Optimizer = Sgd;
    T rate;
  };

  template <class T>
  LG_FN static Scalars<T> scalars(const Settings& s, int) {
    return {static_cast<T>(s.lr)};
  }

  template <class T>
  LG_FN static T updated(T p, T grad, State<T>&, const Scalars<T>& s) {
    return p - s.rate * grad;
  }
};

/// Gradient descent along a moving sum of the grads, which the first grad begins undamped.
///
/// source   Sutskever et al., On the importance of initialization and momentum, 2013.
struct SgdMomentum {
  struct Settings {
    double lr = 1e-3;
    double momentum = 0;
    double dampening = 0;  ///< without momentum it has no effect
    double weight_decay = 0;
    bool nesterov = false;
  };
  template <class T>
  struct State {
    using Optimizer = SgdMomentum;
    T buffer = 0;  ///< the moving sum
    template <class See>
    LG_FN void each(const See& see) {
      see("buffer", buffer);
    }
    LG_FN bool finite() const { return math::is_finite(buffer); }
  };
  template <class T>
  struct Scalars {
    using Optimizer = SgdMomentum;
    T decay;       ///< weight_decay
    T momentum;    ///< of the old buffer
    T grad_share;  ///< 1 - dampening; 1 in the first step
    T rate;
    bool nesterov;
  };

  template <class T>
  LG_FN static Scalars<T> scalars(const Settings& s, int t) {
    const bool damped = t > 1 && s.momentum != 0;
    return {static_cast<T>(s.weight_decay), static_cast<T>(s.momentum),
            static_cast<T>(damped ? 1.0 - s.dampening : 1.0), static_cast<T>(s.lr), s.nesterov};
  }

  template <class T>
  LG_FN static T updated(T p, T grad, State<T>& state, const Scalars<T>& s) {
    const T slope = grad + s.decay * p;
    state.buffer = state.buffer * s.momentum + s.grad_share * slope;
    const T step = s.nesterov ? slope + s.momentum * state.buffer : state.buffer;
    return p - s.rate * step;
  }
};

/// What Adam and AdamW have in common, which is all but where the weights decay: in the grad, or,
/// decoupled from it, in the parameter. Without amsgrad.
template <class Self, bool decoupled>
struct AdamLike {
  struct Settings {
    double lr = 1e-3;
    double beta1 = 0.9;
    double beta2 = 0.999;
    double eps = 1e-8;
    double weight_decay = decoupled ? 1e-2 : 0;
  };

  /// The moving averages of the grad and of its square.
  template <class T>
  struct State {
    using Optimizer = Self;
    T m = 0;
    T v = 0;
    template <class See>
    LG_FN void each(const See& see) {
      see("m", m);
      see("v", v);
    }
    LG_FN bool finite() const { return math::is_finite(m) && math::is_finite(v); }
  };

  template <class T>
  struct Scalars {
    using Optimizer = Self;
    T decay;         ///< weight_decay; decoupled: 1 - lr * weight_decay
    T grad_share;    ///< 1 - beta1
    T beta2;         ///< of the old v
    T square_share;  ///< 1 - beta2
    T root;          ///< sqrt(1 - beta2 ** t), the bias correction of v's root
    T eps;
    T rate;  ///< lr / (1 - beta1 ** t): with the bias correction of m
  };

  template <class T>
  LG_FN static Scalars<T> scalars(const Settings& s, int t) {
    const double correction1 = 1.0 - math::pow(s.beta1, static_cast<double>(t));
    const double correction2 = 1.0 - math::pow(s.beta2, static_cast<double>(t));
    return {static_cast<T>(decoupled ? 1.0 - s.lr * s.weight_decay : s.weight_decay),
            static_cast<T>(1.0 - s.beta1),
            static_cast<T>(s.beta2),
            static_cast<T>(1.0 - s.beta2),
            static_cast<T>(math::sqrt(correction2)),
            static_cast<T>(s.eps),
            static_cast<T>(s.lr / correction1)};
  }

  template <class T>
  LG_FN static T updated(T p, T grad, State<T>& state, const Scalars<T>& s) {
    const T kept = decoupled ? p * s.decay : p;
    const T slope = decoupled ? grad : grad + s.decay * p;
    state.m = state.m + s.grad_share * (slope - state.m);
    state.v = state.v * s.beta2 + (s.square_share * slope) * slope;
    const T denominator = math::sqrt(state.v) / s.root + s.eps;
    return kept - (s.rate * state.m) / denominator;
  }
};

/// source   Kingma & Ba, Adam: A Method for Stochastic Optimization, 2015, algorithm 1.
struct Adam : AdamLike<Adam, false> {};

/// source   Loshchilov & Hutter, Decoupled Weight Decay Regularization, 2019, algorithm 2.
struct AdamW : AdamLike<AdamW, true> {};

/// Each grad by the root of its moving mean square, which may be taken about the moving mean.
///
/// source   Tieleman & Hinton, Lecture 6.5, 2012; Graves, Generating Sequences, 2013, eq. 38 to 45.
struct RMSProp {
  struct Settings {
    double lr = 1e-2;
    double alpha = 0.99;
    double eps = 1e-8;
    double weight_decay = 0;
    double momentum = 0;
    bool centered = false;
  };

  /// What the settings do not need stays 0.
  template <class T>
  struct State {
    using Optimizer = RMSProp;
    T square = 0;  ///< moving average of the grad's square
    T mean = 0;    ///< of the grad
    T buffer = 0;  ///< moving sum of the steps
    template <class See>
    LG_FN void each(const See& see) {
      see("square", square);
      see("mean", mean);
      see("buffer", buffer);
    }
    LG_FN bool finite() const {
      return math::is_finite(square) && math::is_finite(mean) && math::is_finite(buffer);
    }
  };

  template <class T>
  struct Scalars {
    using Optimizer = RMSProp;
    T decay;  ///< weight_decay
    T alpha;  ///< of the old square
    T share;  ///< 1 - alpha
    T eps;
    T momentum;
    T rate;
    bool centered;
  };

  template <class T>
  LG_FN static Scalars<T> scalars(const Settings& s, int) {
    return {static_cast<T>(s.weight_decay),
            static_cast<T>(s.alpha),
            static_cast<T>(1.0 - s.alpha),
            static_cast<T>(s.eps),
            static_cast<T>(s.momentum),
            static_cast<T>(s.lr),
            s.centered};
  }

  template <class T>
  LG_FN static T updated(T p, T grad, State<T>& state, const Scalars<T>& s) {
    const T slope = grad + s.decay * p;
    state.square = state.square * s.alpha + (s.share * slope) * slope;
    T variance = state.square;
    if (s.centered) {
      state.mean = state.mean + s.share * (slope - state.mean);
      variance = state.square - state.mean * state.mean;
    }
    const T denominator = math::sqrt(variance) + s.eps;
    if (!(s.momentum > T(0))) return p - (s.rate * slope) / denominator;
    state.buffer = state.buffer * s.momentum + slope / denominator;
    return p - s.rate * state.buffer;
  }
};

/// Each grad by the root of the sum of all its squares so far.
///
/// source   Duchi, Hazan & Singer, Adaptive Subgradient Methods, JMLR 12 (2011).
struct Adagrad {
  struct Settings {
    double lr = 1e-2;
    double lr_decay = 0;
    double weight_decay = 0;
    double eps = 1e-10;
  };
  template <class T>
  struct State {
    using Optimizer = Adagrad;
    T sum = 0;
    template <class See>
    LG_FN void each(const See& see) {
      see("sum", sum);
    }
    LG_FN bool finite() const { return math::is_finite(sum); }
  };
  template <class T>
  struct Scalars {
    using Optimizer = Adagrad;
    T decay;  ///< weight_decay
    T eps;
    T rate;  ///< lr / (1 + (t - 1) * lr_decay)
  };

  template <class T>
  LG_FN static Scalars<T> scalars(const Settings& s, int t) {
    return {static_cast<T>(s.weight_decay), static_cast<T>(s.eps),
            static_cast<T>(s.lr / (1.0 + static_cast<double>(t - 1) * s.lr_decay))};
  }

  template <class T>
  LG_FN static T updated(T p, T grad, State<T>& state, const Scalars<T>& s) {
    const T slope = grad + s.decay * p;
    state.sum = state.sum + slope * slope;
    return p - (s.rate * slope) / (math::sqrt(state.sum) + s.eps);
  }
};

#define LG_OPTIMIZERS(X) X(Sgd) X(SgdMomentum) X(Adam) X(AdamW) X(RMSProp) X(Adagrad)

}  // namespace levelgrad::optimizer
