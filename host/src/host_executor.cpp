// SPDX-License-Identifier: MIT
#include "levelgrad/host/host_executor.h"

#include "batch_executor.h"

namespace levelgrad::host {

template <class T>
class BasicHostExecutor<T>::Implementation : public BatchExecutor<T> {
public:
  explicit Implementation(const HostOptions& options)
      : BatchExecutor<T>(std::make_unique<LaneBodies<T>>(options.isa, options.sub_block),
                         options.threads) {}
};

template <class T>
BasicHostExecutor<T>::BasicHostExecutor(HostOptions options)
    : implementation_(std::make_unique<Implementation>(options)) {}
template <class T>
BasicHostExecutor<T>::~BasicHostExecutor() = default;

template <class T>
std::string BasicHostExecutor<T>::name() const {
  return "host, " + implementation_->description();
}
template <class T>
void BasicHostExecutor<T>::load(std::span<const Program> programs) {
  implementation_->load(programs);
}
template <class T>
void BasicHostExecutor<T>::set_parameters(std::span<const T> numbers) {
  implementation_->state().set(numbers);
}
template <class T>
std::vector<T> BasicHostExecutor<T>::parameters() const {
  const std::span<const T> numbers = implementation_->state().numbers();
  return {numbers.begin(), numbers.end()};
}
template <class T>
void BasicHostExecutor<T>::run(const BasicBatch<T>& batch, const BasicResults<T>& results) {
  implementation_->run(batch, results);
}
template <class T>
bool BasicHostExecutor<T>::update(const BasicUpdate<T>& update) {
  return implementation_->state().update(update);
}
template <class T>
BasicNodeNumbers<T> BasicHostExecutor<T>::inspect(const BasicBatch<T>& batch, std::size_t example) {
  return implementation_->inspect(batch, example);
}

std::vector<std::string> host_isas() {
  std::vector<std::string> names;
  for (const LaneKernels<double>* kernels : lane_kernels<double>()) {
    names.emplace_back(kernels->isa);
  }
  return names;
}

template class BasicHostExecutor<float>;
template class BasicHostExecutor<double>;

}  // namespace levelgrad::host
