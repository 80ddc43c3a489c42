// SPDX-License-Identifier: MIT
//
// The reference executor: the definition of what every other executor must compute.
#pragma once

#include <string>
#include <vector>

#include "levelgrad/executor.h"
#include "levelgrad/parameter_state.h"
#include "levelgrad/schedule.h"

namespace levelgrad {

/// Builds the long graph of a batch from Values, node by node, one graph per chunk, and runs the
/// Value engine's backward() over it in the order of rule 4. Slow and obvious.
///
/// cost   about 50 ns for each node of each example; memory for one chunk.
template <class T>
class BasicReferenceExecutor : public BasicExecutor<T> {
public:
  [[nodiscard]] std::string name() const override { return "reference"; }
  using BasicExecutor<T>::load;
  void load(std::span<const Program> programs) override;
  void set_parameters(std::span<const T> numbers) override { state_.set(numbers); }
  [[nodiscard]] std::vector<T> parameters() const override {
    return {state_.numbers().begin(), state_.numbers().end()};
  }
  void run(const BasicBatch<T>& batch, const BasicResults<T>& results) override;
  bool update(const BasicUpdate<T>& update) override { return state_.update(update); }
  [[nodiscard]] BasicOptimizerState<T> optimizer_state() const override {
    return state_.optimizer_state();
  }
  void set_optimizer_state(const BasicOptimizerState<T>& state) override {
    state_.set_optimizer_state(state);
  }
  [[nodiscard]] BasicNodeNumbers<T> inspect(const BasicBatch<T>& batch,
                                            std::size_t example) override;

private:
  std::vector<Program> programs_;
  std::vector<Schedule> schedules_;  // only to know which grads inspect() shows
  ParameterState<T> state_;
};

extern template class BasicReferenceExecutor<float>;
extern template class BasicReferenceExecutor<double>;

using ReferenceExecutor = BasicReferenceExecutor<double>;
using ReferenceExecutorF32 = BasicReferenceExecutor<float>;

}  // namespace levelgrad
