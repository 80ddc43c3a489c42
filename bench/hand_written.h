// SPDX-License-Identifier: MIT
//
// The hand-written baselines with the memory that they need.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "baselines.h"
#include "levelgrad/host/dataset.h"
#include "moons_net.h"

namespace levelgrad::bench {

/// Data set, parameters and grads of the moons net as arrays of one dtype, each number rounded
/// once.
template <class T>
class HandWritten {
public:
  HandWritten(const host::Dataset& data, const std::vector<double>& parameters)
      : parameters_(parameters.begin(), parameters.end()), grads_(parameters.size()) {
    for (std::size_t i = 0; i < data.example_count(); ++i) {
      x0_.push_back(static_cast<T>(data.inputs[2 * i]));
      x1_.push_back(static_cast<T>(data.inputs[2 * i + 1]));
      labels_.push_back(static_cast<T>(data.labels[i]));
    }
  }

  /// Loss over the first `count` points; grads() holds d loss / d parameter.
  T plain(std::size_t count) {
    return plain_step(parameters_.data(), points(count), static_cast<T>(penalty), grads_.data());
  }
  T simd(std::size_t count) {
    return simd_step(parameters_.data(), points(count), static_cast<T>(penalty), grads_.data());
  }

  /// Gradient descent by grads().
  void update(T rate) {
    for (std::size_t k = 0; k < grads_.size(); ++k) parameters_[k] -= rate * grads_[k];
  }

  [[nodiscard]] const std::vector<T>& grads() const { return grads_; }

private:
  [[nodiscard]] Points<T> points(std::size_t count) const {
    return {count, x0_.data(), x1_.data(), labels_.data()};
  }

  std::vector<T> parameters_, grads_;
  std::vector<T> x0_, x1_, labels_;
};

/// Whether each grad is within tolerance * (1 + |expected|) of what is expected.
template <class T>
bool agree(const std::vector<T>& grads, const std::vector<double>& expected, double tolerance) {
  if (grads.size() != expected.size()) return false;
  for (std::size_t k = 0; k < grads.size(); ++k) {
    const double difference = std::abs(static_cast<double>(grads[k]) - expected[k]);
    if (!(difference <= tolerance * (1 + std::abs(expected[k])))) return false;
  }
  return true;
}

}  // namespace levelgrad::bench
