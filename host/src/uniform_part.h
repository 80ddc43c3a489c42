// SPDX-License-Identifier: MIT
//
// The prologue and the epilogue of a Program: uniform nodes, once per batch, one after the other.
#pragma once

#include <span>
#include <vector>

#include "levelgrad/program.h"

namespace levelgrad::host {

/// The same as compiled code: what the functions are is said in uniform_text.h.
template <class T>
struct UniformCode {
  void (*prologue_forward)(T* u);
  void (*epilogue_forward)(T* u, const T* sums, T weight);
  void (*epilogue_backward)(const T* u, T* d, T weight, T* seeds);
  void (*prologue_backward)(const T* u, T* d);
};

template <class T>
class UniformPart {
public:
  explicit UniformPart(const Program& program);

  /// Takes code for what follows; null: the nodes are run one by one. Borrowed.
  ///
  /// With code, values() has the shared nodes and uniform outputs only, and grads() is not for use.
  void use(const UniformCode<T>* code) { code_ = code; }

  /// Computes the prologue. parameters [parameter_count].
  void run_prologue(std::span<const T> parameters);

  /// Computes the epilogue. sums [join]: the folds of what the joins read.
  void run_epilogue(std::span<const T> sums, std::size_t example_count);

  /// Carries the root's grad 1 back through the epilogue.
  void run_epilogue_backward(std::size_t example_count);
  /// Behind it: the grad of each join's sum. [join]
  [[nodiscard]] const std::vector<T>& seeds() const { return seeds_; }
  /// Behind it: the grads that the epilogue leaves at the shared nodes. [shared]
  [[nodiscard]] std::vector<T> left() const;

  /// Carries grads of the shared nodes through the prologue. grads [shared]; the result is
  /// [parameter_count].
  [[nodiscard]] std::vector<T> run_prologue_backward(std::span<const T> grads);

  /// The numbers of uniform nodes; others are 0. [node]
  [[nodiscard]] const std::vector<T>& values() const { return values_; }
  [[nodiscard]] const std::vector<T>& grads() const { return grads_; }

private:
  void read_outputs();
  void run_forward(NodeRange part);
  void run_backward(NodeRange part);

  const Program& program_;
  const std::vector<NodeIndex>& joins_;
  std::vector<T> values_, grads_;
  std::vector<T> seeds_;
  const UniformCode<T>* code_ = nullptr;
  std::vector<T> u_, d_;  // the code's numbers and grads
};

extern template class UniformPart<float>;
extern template class UniformPart<double>;

}  // namespace levelgrad::host
