// SPDX-License-Identifier: MIT
#include "levelgrad/host/host_executor.h"

#include "batch_executor.h"

namespace levelgrad::host {

template <class T>
BasicHostExecutor<T>::BasicHostExecutor(HostOptions options)
    : BasicCpuExecutor<T>(std::make_unique<BatchExecutor<T>>(
          std::make_unique<LaneBodies<T>>(options.isa, options.sub_block), options.threads)) {}

template <class T>
std::string BasicHostExecutor<T>::name() const {
  return "host, " + this->implementation().description();
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
