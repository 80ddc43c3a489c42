// SPDX-License-Identifier: MIT
#include "step_list.h"

#include <algorithm>
#include <string>

#include "levelgrad/error.h"

namespace levelgrad::cuda {

template <class T>
StepList<T>::StepList(const BasicSteps<T>& steps, std::span<const Program> programs)
    : steps_(steps), loaded_(programs) {
  if (steps.updates.size() != steps.batches.size()) {
    throw ShapeError("run_steps: " + std::to_string(steps.batches.size()) + " batches and " +
                     std::to_string(steps.updates.size()) + " updates");
  }
  if (!steps.programs.empty() && steps.programs.size() != steps.example_count) {
    throw ShapeError("run_steps: a Program must be named for every example or for none");
  }
  for (const BasicUpdate<T>& update : steps.updates) {
    one_optimizer_ = one_optimizer_ && update.same_optimizer(steps.updates.front());
  }
  try {
    for (std::size_t k = 0; k < steps.batches.size() && !too_many_; ++k) append(k);
  } catch (const Error&) {
    error_ = std::current_exception();
  }
}

/// What the steps one by one would find wrong, in their order.
template <class T>
void StepList<T>::check(std::span<const std::uint32_t> batch) const {
  if (steps_.example_count == 0 || steps_.inputs.size() % steps_.example_count != 0) {
    throw ShapeError("run_steps: the inputs are not [example][input]");
  }
  for (const std::uint32_t index : batch) {
    if (index < steps_.example_count) continue;
    throw ShapeError("run_steps: no example " + std::to_string(index) + " in a data set of " +
                     std::to_string(steps_.example_count));
  }
  if (loaded_.empty()) throw ArgumentError("an executor without a Program", "load one first");
  if (batch.empty()) throw ArgumentError("a batch without examples");
  const std::size_t width = steps_.inputs.size() / steps_.example_count;
  if (width != loaded_.front().input_count()) {
    throw ShapeError("run_steps: examples of " + std::to_string(width) + " inputs, not of " +
                     std::to_string(loaded_.front().input_count()));
  }
  if (steps_.programs.empty()) return;
  for (const std::uint32_t index : batch) {
    if (steps_.programs[index] < loaded_.size()) continue;
    throw ArgumentError("a batch names Program " + std::to_string(steps_.programs[index]) +
                        ", and there are " + std::to_string(loaded_.size()));
  }
}

template <class T>
void StepList<T>::append(std::size_t step) {
  const std::span<const std::uint32_t> batch = steps_.batches[step];
  if (step > 0) {
    const std::span<const std::uint32_t> before = steps_.batches[step - 1];
    if (before.data() == batch.data() && before.size() == batch.size()) {
      first_.push_back(first_.back());
      return;
    }
  }
  check(batch);
  constexpr std::size_t most_indices = std::size_t{1} << 28;
  if (batch.size() > most_indices - indices_.size()) {
    too_many_ = true;
    return;
  }
  longest_ = std::max(longest_, batch.size());
  first_.push_back(indices_.size());
  indices_.insert(indices_.end(), batch.begin(), batch.end());
  if (steps_.programs.empty()) return;
  for (const std::uint32_t index : batch) programs_.push_back(steps_.programs[index]);
}

template class StepList<float>;
template class StepList<double>;

}  // namespace levelgrad::cuda
