// SPDX-License-Identifier: MIT
//
// The moons net recorded once and run by an Executor.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "levelgrad/executor.h"
#include "levelgrad/host/dataset.h"
#include "levelgrad/host/presets.h"
#include "moons_net.h"

namespace levelgrad::bench {

/// The Program of the net's loss.
[[nodiscard]] inline Program record_moons(const MoonsNet<double>& net) {
  return host::record_classifier(net.model, host::Loss::Hinge, penalty);
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
  [[nodiscard]] const std::vector<T>& grads() const { return grads_; }

private:
  std::vector<T> inputs_;
  std::vector<T> grads_;
};

}  // namespace levelgrad::bench
