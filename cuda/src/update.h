// SPDX-License-Identifier: MIT
//
// An optimizer's state in device memory, and its steps.
#pragma once

#include <memory>

#include "device_memory.h"
#include "levelgrad/executor.h"
#include "update_kernels.h"

namespace levelgrad::cuda {

/// Keeps the state from step to step, on the device.
template <class T>
class DeviceOptimizer {
public:
  DeviceOptimizer();
  ~DeviceOptimizer();
  /// Parameters and state change together, or not at all. Asynchronous.
  void update(const BasicUpdate<T>& update, const UpdateTask<T>& task, cudaStream_t stream);
  /// The states [count] of the optimizer that the update is of, for those who update by themselves:
  /// they start at 0 where another one was here. settle() belongs behind it, too.
  [[nodiscard]] void* states_for(const BasicUpdate<T>& update, std::size_t count,
                                 cudaStream_t stream);
  /// Behind the first step of another optimizer: whether it was done, or the old state comes back.
  void settle(bool done);
  void forget();
  /// BasicExecutor::optimizer_state() and set_optimizer_state(); count parameters. Waits.
  [[nodiscard]] BasicOptimizerState<T> state(std::size_t count, cudaStream_t stream) const;
  void set_state(const BasicOptimizerState<T>& state, std::size_t count, cudaStream_t stream);

private:
  struct States;
  std::unique_ptr<States> states_;
};

}  // namespace levelgrad::cuda
