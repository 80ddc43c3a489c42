// SPDX-License-Identifier: MIT
#include "levelgrad/host/train_options.h"

#include <cmath>
#include <string>

#include "levelgrad/error.h"
#include "levelgrad/number_text.h"

namespace levelgrad::host {
namespace {

void require(bool holds, const std::string& what) {
  if (!holds) throw ArgumentError(what);
}

void require_not_negative(double number, const std::string& name) {
  require(std::isfinite(number) && number >= 0, name + " must be 0 or a positive number");
}

/// A share that is forgotten slowly: less than all of it.
void require_share(double number, const std::string& name) {
  require(number >= 0 && number < 1, name + " must be at least 0 and less than 1");
}

RateSchedule schedule_of(const TrainOptions& options) {
  return {.kind = options.schedule,
          .lr = options.lr,
          .steps = options.steps,
          .warmup = options.warmup,
          .end_factor = options.lr_end,
          .step_size = options.rate_step,
          .gamma = options.rate_gamma};
}

template <class T>
using Scalars = typename BasicUpdate<T>::Scalars;

template <class T>
Scalars<T> sgd(const TrainOptions& options, double rate, int t) {
  if (options.momentum == 0 && options.weight_decay == 0) {
    return optimizer::Sgd::Scalars<T>{static_cast<T>(rate)};
  }
  return optimizer::SgdMomentum::scalars<T>({.lr = rate,
                                             .momentum = options.momentum,
                                             .dampening = options.dampening,
                                             .weight_decay = options.weight_decay,
                                             .nesterov = options.nesterov},
                                            t);
}

/// t   the number of this step, from 1.
template <class T>
Scalars<T> scalars_of(const TrainOptions& options, double rate, int t) {
  switch (options.optimizer) {
    case Optimizer::Sgd:
      return sgd<T>(options, rate, t);
    case Optimizer::Adam:
      return optimizer::Adam::scalars<T>({.lr = rate,
                                          .beta1 = options.beta1,
                                          .beta2 = options.beta2,
                                          .eps = options.eps,
                                          .weight_decay = options.weight_decay},
                                         t);
    case Optimizer::AdamW:
      return optimizer::AdamW::scalars<T>({.lr = rate,
                                           .beta1 = options.beta1,
                                           .beta2 = options.beta2,
                                           .eps = options.eps,
                                           .weight_decay = options.weight_decay},
                                          t);
    case Optimizer::RMSProp:
      return optimizer::RMSProp::scalars<T>({.lr = rate,
                                             .alpha = options.alpha,
                                             .eps = options.eps,
                                             .weight_decay = options.weight_decay,
                                             .momentum = options.momentum},
                                            t);
    case Optimizer::Adagrad:
      return optimizer::Adagrad::scalars<T>({.lr = rate,
                                             .lr_decay = options.lr_decay,
                                             .weight_decay = options.weight_decay,
                                             .eps = options.eps},
                                            t);
  }
  throw InternalError("an optimizer without an update");
}

}  // namespace

TrainOptions yin_yang_options() {
  return {.hidden = {8},
          .activation = Activation::Tanh,
          .loss = Loss::CrossEntropy,
          .optimizer = Optimizer::AdamW,
          .steps = 100,
          .lr = 0.1,
          .schedule = RateSchedule::Kind::Constant,
          .l2 = 0,
          .weight_decay = 1e-4,
          .beta2 = 0.95};
}

void check(const TrainOptions& options) {
  require(options.steps >= 0, "steps must not be negative");
  require(std::isfinite(options.lr) && options.lr > 0, "lr must be a positive number");
  require_not_negative(options.lr_end, "lr-end");
  require_not_negative(options.rate_gamma, "lr-gamma");
  require(options.rate_step > 0, "lr-step must be at least 1");
  require(options.warmup >= 0, "warmup must not be negative");
  require_not_negative(options.l1, "l1");
  require_not_negative(options.l2, "l2");
  require_not_negative(options.weight_decay, "weight-decay");
  require_share(options.momentum, "momentum");
  require_share(options.dampening, "dampening");
  require(!options.nesterov || (options.momentum > 0 && options.dampening == 0),
          "nesterov needs a momentum, and no dampening");
  require_share(options.beta1, "beta1");
  require_share(options.beta2, "beta2");
  require_share(options.alpha, "alpha");
  require_not_negative(options.lr_decay, "lr-decay");
  require_not_negative(options.eps, "eps");
  require(options.clip_norm > 0, "clip-norm must be a positive number");
  require(options.report_every >= 0, "report-every must not be negative");
}

template <class T>
BasicUpdate<T> update_of_step(const TrainOptions& options, int step) {
  const double rate = schedule_of(options).rate(step);
  return {scalars_of<T>(options, rate, step + 1), static_cast<T>(options.clip_norm)};
}

template BasicUpdate<float> update_of_step<float>(const TrainOptions&, int);
template BasicUpdate<double> update_of_step<double>(const TrainOptions&, int);

}  // namespace levelgrad::host
