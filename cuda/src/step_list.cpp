// SPDX-License-Identifier: MIT
#include "step_list.h"

#include <string>

#include "levelgrad/error.h"

namespace levelgrad::cuda {

template <class T>
StepList<T>::StepList(const BasicSteps<T>& steps, std::span<const Program> programs)
    : steps_(steps) {
  if (steps.updates.size() != steps.batches.size()) {
    throw ShapeError("run_steps: " + std::to_string(steps.batches.size()) + " batches and " +
                     std::to_string(steps.updates.size()) + " updates");
  }
  if (!steps.programs.empty() && steps.programs.size() != steps.example_count) {
    throw ShapeError("run_steps: a Program must be named for every example or for none");
  }
  if (steps.batches.empty()) return;
  // As a batch of all examples: the Programs and the inputs must fit.
  check_batch<T>({steps.example_count, steps.inputs, Layout::ByExample, steps.programs}, programs,
                 {});
  for (const BasicUpdate<T>& update : steps.updates) {
    one_optimizer_ = one_optimizer_ && update.index() == steps.updates.front().index();
  }
  try {
    for (std::size_t k = 0; k < steps.batches.size(); ++k) append(k);
  } catch (const Error&) {
    error_ = std::current_exception();
  }
}

template <class T>
void StepList<T>::append(std::size_t step) {
  const std::span<const std::uint32_t> batch = steps_.batches[step];
  if (batch.empty()) throw ArgumentError("a batch without examples");
  for (const std::uint32_t index : batch) {
    if (index < steps_.example_count) continue;
    throw ShapeError("run_steps: no example " + std::to_string(index) + " in a data set of " +
                     std::to_string(steps_.example_count));
  }
  if (step > 0) {
    const std::span<const std::uint32_t> before = steps_.batches[step - 1];
    if (before.data() == batch.data() && before.size() == batch.size()) {
      first_.push_back(first_.back());
      return;
    }
  }
  first_.push_back(indices_.size());
  indices_.insert(indices_.end(), batch.begin(), batch.end());
  if (steps_.programs.empty()) return;
  for (const std::uint32_t index : batch) programs_.push_back(steps_.programs[index]);
}

template class StepList<float>;
template class StepList<double>;

}  // namespace levelgrad::cuda
