// SPDX-License-Identifier: MIT
//
// What the executors on the CPU have in common for their users.
#pragma once

#include <memory>
#include <vector>

#include "levelgrad/executor.h"

namespace levelgrad::host {

template <class T>
class BatchExecutor;

/// All of an executor but who it is: see BasicHostExecutor and BasicNativeExecutor.
template <class T>
class BasicCpuExecutor : public BasicExecutor<T> {
public:
  ~BasicCpuExecutor() override;

  using BasicExecutor<T>::load;
  void load(std::span<const Program> programs) override;
  void set_parameters(std::span<const T> numbers) override;
  [[nodiscard]] std::vector<T> parameters() const override;
  void run(const BasicBatch<T>& batch, const BasicResults<T>& results) override;
  bool update(const BasicUpdate<T>& update) override;
  [[nodiscard]] BasicOptimizerState<T> optimizer_state() const override;
  void set_optimizer_state(const BasicOptimizerState<T>& state) override;
  [[nodiscard]] BasicNodeNumbers<T> inspect(const BasicBatch<T>& batch,
                                            std::size_t example) override;

protected:
  explicit BasicCpuExecutor(std::unique_ptr<BatchExecutor<T>> implementation);
  [[nodiscard]] const BatchExecutor<T>& implementation() const { return *implementation_; }

private:
  std::unique_ptr<BatchExecutor<T>> implementation_;
};

extern template class BasicCpuExecutor<float>;
extern template class BasicCpuExecutor<double>;

}  // namespace levelgrad::host
