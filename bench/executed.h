// SPDX-License-Identifier: MIT
//
// The moons net recorded once and run by an Executor.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "levelgrad/executor.h"
#include "levelgrad/host/dataset.h"
#include "levelgrad/record.h"
#include "moons_net.h"

namespace levelgrad::bench {

/// The Program of the net's loss, inputs "x[0]", "x[1]" and "y".
template <class T>
[[nodiscard]] Program record_moons(const MoonsNet<T>& net) {
  return record(net.parameters, [&](BasicRecording<T>& example) {
    const std::vector<BasicValue<T>> x = example.inputs("x", 2);
    const BasicValue<T> y = example.input("y");
    example.output("loss", mean(hinge(net.model(x).front(), y)) + penalty * l2(net.parameters));
  });
}

/// A data set in the dtype and layout that an Executor takes, and the grads of its last run.
template <class T>
class Executed {
public:
  Executed(const host::Dataset& data, std::size_t parameter_count) : grads_(parameter_count) {
    for (std::size_t i = 0; i < data.example_count(); ++i) {
      inputs_.push_back(static_cast<T>(data.inputs[2 * i]));
      inputs_.push_back(static_cast<T>(data.inputs[2 * i + 1]));
      inputs_.push_back(static_cast<T>(data.labels[i]));
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
