// SPDX-License-Identifier: MIT
//
// The work item of the benchmarks: micrograd's demo network, and the graph of its loss over all
// examples of a data set.
#pragma once

#include <cstddef>
#include <vector>

#include "levelgrad/host/dataset.h"
#include "levelgrad/losses.h"
#include "levelgrad/nn.h"

namespace levelgrad::bench {

/// Of the regulariser: the loss is mean(hinge) + penalty * sum(p * p).
constexpr double penalty = 1e-4;

/// MLP 2-16-16-1 with ReLU and a linear output; its parameters live in the current Graph.
template <class T>
struct MoonsNet {
  PythonRandom random{1337};
  BasicMLP<T> model{2, {16, 16, 1}, random};
  std::vector<BasicValue<T>> parameters = model.parameters();

  [[nodiscard]] BasicValue<T> loss(const host::Dataset& data) const {
    std::vector<BasicValue<T>> losses;
    losses.reserve(data.example_count());
    for (std::size_t i = 0; i < data.example_count(); ++i) {
      const std::vector<BasicValue<T>> x = {data.inputs[2 * i], data.inputs[2 * i + 1]};
      losses.push_back(hinge(model(x).front(), data.labels[i]));
    }
    return mean(losses) + penalty * l2(parameters);
  }
};

/// The parameters' numbers.
template <class T>
std::vector<double> numbers(const std::vector<BasicValue<T>>& parameters) {
  std::vector<double> result;
  for (const BasicValue<T>& p : parameters) result.push_back(static_cast<double>(p.data()));
  return result;
}

}  // namespace levelgrad::bench
