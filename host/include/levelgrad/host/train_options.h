// SPDX-License-Identifier: MIT
//
// What decides a training, but for the data and the executor.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "levelgrad/executor.h"
#include "levelgrad/host/presets.h"
#include "levelgrad/learning_rate.h"
#include "levelgrad/nn.h"

namespace levelgrad::host {

/// Momentum, Nesterov and weight decay make Sgd that of PyTorch; without them it is p - lr * grad.
enum class Optimizer : unsigned char { Sgd, Adam, AdamW, RMSProp, Adagrad };

/// What the moons demo uses, unless told otherwise.
struct TrainOptions {
  std::vector<int> hidden = {16, 16};  ///< neurons of each hidden layer
  Activation activation = Activation::Relu;
  Loss loss = Loss::Hinge;
  int classes = 0;  ///< of CrossEntropy; 0: as many as the labels count
  Optimizer optimizer = Optimizer::Sgd;
  int steps = 100;  ///< updates of the parameters
  double lr = 1.0;  ///< rate of the first step after a warm-up
  RateSchedule::Kind schedule = RateSchedule::Kind::Linear;
  double lr_end = 0.1;  ///< the rate's share that is left at the end (linear, cosine)
  int warmup = 0;       ///< steps in which the rate rises
  int rate_step = 1;    ///< steps after which the rate is multiplied by rate_gamma (step)
  double rate_gamma = 0.1;
  double l1 = 0;     ///< weight of the sum of |parameter| in the loss
  double l2 = 1e-4;  ///< weight of the sum of squared parameters in the loss
  double weight_decay = 0;
  double momentum = 0, dampening = 0;  ///< of Sgd; momentum also of RMSProp
  bool nesterov = false;
  double beta1 = 0.9, beta2 = 0.999;                           ///< of Adam and AdamW
  double alpha = 0.99;                                         ///< of RMSProp
  double lr_decay = 0;                                         ///< of Adagrad
  double eps = 1e-8;                                           ///< of all but Sgd
  double clip_norm = std::numeric_limits<double>::infinity();  ///< largest norm of all grads
  std::size_t batch = 0;                                       ///< examples of a step; 0: all
  bool shuffle = false;       ///< a new order of the examples for each epoch
  std::uint64_t seed = 1337;  ///< of that order
  int report_every = 0;       ///< steps; 0: an epoch
};

/// What the yin-yang demo uses: EurekaLabsAI/micrograd's settings.
[[nodiscard]] TrainOptions yin_yang_options();

/// Throws ArgumentError for rates, weights and numbers of steps without meaning.
void check(const TrainOptions& options);

/// What the update after a step takes of its optimizer; steps count from 0.
template <class T>
[[nodiscard]] BasicUpdate<T> update_of_step(const TrainOptions& options, int step);

extern template BasicUpdate<float> update_of_step<float>(const TrainOptions&, int);
extern template BasicUpdate<double> update_of_step<double>(const TrainOptions&, int);

}  // namespace levelgrad::host
