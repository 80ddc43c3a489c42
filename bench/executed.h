// SPDX-License-Identifier: MIT
//
// The moons net recorded once and run by an Executor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "levelgrad/error.h"
#include "levelgrad/executor.h"
#include "levelgrad/host/dataset.h"
#include "levelgrad/host/presets.h"
#include "moons_net.h"

namespace levelgrad::bench {

/// The Program of the net's loss.
[[nodiscard]] inline Program record_moons(const MoonsNet<double>& net) {
  return host::record_loss(net.model, host::Loss::Hinge, {.l2 = penalty});
}

/// A data set in the dtype and layout that an Executor takes, and the grads of its last run.
template <class T>
class Executed {
public:
  Executed(const host::Dataset& data, std::size_t parameter_count) : grads_(parameter_count) {
    for (const double number : host::inputs_and_labels(data)) {
      inputs_.push_back(static_cast<T>(number));
    }
  }

  /// Forward and backward over the first `count` points.
  void run(BasicExecutor<T>& executor, std::size_t count) {
    const BasicBatch<T> batch{.example_count = count,
                              .inputs = std::span<const T>(inputs_).first(3 * count)};
    BasicResults<T> results;
    results.grads = grads_;
    executor.run(batch, results);
  }
  /// Steps of gradient descent from the given parameters, each over the first `count` points; the
  /// executor is given the points once for all of them.
  void train(BasicExecutor<T>& executor, std::size_t count, std::size_t step_count,
             std::span<const T> parameters) {
    if (order_.size() != count) {
      order_.resize(count);
      std::iota(order_.begin(), order_.end(), 0U);
    }
    const std::vector<BasicUpdate<T>> updates(step_count, optimizer::Sgd::Scalars<T>{T(0.05)});
    BasicSteps<T> steps;
    steps.example_count = count;
    steps.inputs = std::span<const T>(inputs_).first(3 * count);
    steps.batches.assign(step_count, order_);
    steps.updates = updates;
    executor.set_parameters(parameters);
    if (!executor.run_steps(steps).finite) throw InternalError("training the moons net diverged");
  }
  [[nodiscard]] const std::vector<T>& grads() const { return grads_; }

private:
  std::vector<T> inputs_;
  std::vector<std::uint32_t> order_;  ///< 0, 1, 2, ...
  std::vector<T> grads_;
};

}  // namespace levelgrad::bench
