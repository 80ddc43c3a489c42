// SPDX-License-Identifier: MIT
//
// Learning rates that change from step to step.
#pragma once

#include "levelgrad/math.h"

namespace levelgrad {

/// The rate of each step of a training: with n = steps - warmup steps behind the warm-up, for the
/// k-th of them (k from 0) one of
///
///   Constant   lr
///   Linear     lr - (1 - end_factor) * lr * k / n, which would reach lr * end_factor at k = n
///   Cosine     end + (lr - end) * (1 + cos(pi * k / n)) / 2 with end = lr * end_factor
///   Step       lr * gamma ** (k / step_size), the quotient without its fraction
///
/// and in the warm-up lr * (step + 1) / (warmup + 1), so that no step is lost at 0 and the first
/// behind it is the first with lr. In f64 with our math, in the order that the formula is written.
///
/// Needs 0 <= warmup, step_size > 0. source   PyTorch's LinearLR, CosineAnnealingLR and StepLR.
struct RateSchedule {
  enum class Kind : unsigned char { Constant, Linear, Cosine, Step };

  Kind kind = Kind::Constant;
  double lr = 1e-3;
  int steps = 1;   ///< of the whole training
  int warmup = 0;  ///< the first so many
  double end_factor = 0.1;
  int step_size = 1;
  double gamma = 0.1;

  /// step   from 0, below steps.
  [[nodiscard]] double rate(int step) const {
    if (step < warmup) return lr * static_cast<double>(step + 1) / static_cast<double>(warmup + 1);
    const auto k = static_cast<double>(step - warmup), n = static_cast<double>(steps - warmup);
    switch (kind) {
      case Kind::Linear:
        return lr - (1.0 - end_factor) * lr * k / n;
      case Kind::Cosine: {
        constexpr double pi = 3.14159265358979323846;
        const double end = lr * end_factor;
        return end + (lr - end) * (1.0 + math::cos(pi * k / n)) / 2.0;
      }
      case Kind::Step:
        return lr * math::pow(gamma, static_cast<double>((step - warmup) / step_size));
      case Kind::Constant:
        break;
    }
    return lr;
  }
};

}  // namespace levelgrad
