// SPDX-License-Identifier: MIT
#include "levelgrad/host/cpu_executor.h"

#include "batch_executor.h"

namespace levelgrad::host {

template <class T>
BasicCpuExecutor<T>::BasicCpuExecutor(std::unique_ptr<BatchExecutor<T>> implementation)
    : implementation_(std::move(implementation)) {}
template <class T>
BasicCpuExecutor<T>::~BasicCpuExecutor() = default;

template <class T>
void BasicCpuExecutor<T>::load(std::span<const Program> programs) {
  implementation_->load(programs);
}
template <class T>
void BasicCpuExecutor<T>::set_parameters(std::span<const T> numbers) {
  implementation_->state().set(numbers);
}
template <class T>
std::vector<T> BasicCpuExecutor<T>::parameters() const {
  const std::span<const T> numbers = implementation_->state().numbers();
  return {numbers.begin(), numbers.end()};
}
template <class T>
void BasicCpuExecutor<T>::run(const BasicBatch<T>& batch, const BasicResults<T>& results) {
  implementation_->run(batch, results);
}
template <class T>
bool BasicCpuExecutor<T>::update(const BasicUpdate<T>& update) {
  return implementation_->state().update(update);
}
template <class T>
BasicOptimizerState<T> BasicCpuExecutor<T>::optimizer_state() const {
  return implementation_->state().optimizer_state();
}
template <class T>
void BasicCpuExecutor<T>::set_optimizer_state(const BasicOptimizerState<T>& state) {
  implementation_->state().set_optimizer_state(state);
}
template <class T>
BasicNodeNumbers<T> BasicCpuExecutor<T>::inspect(const BasicBatch<T>& batch, std::size_t example) {
  return implementation_->inspect(batch, example);
}

template class BasicCpuExecutor<float>;
template class BasicCpuExecutor<double>;

}  // namespace levelgrad::host
