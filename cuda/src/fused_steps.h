// SPDX-License-Identifier: MIT
//
// Many steps of training in one launch, for batches so small that launches would take most of the
// time.
#pragma once

#include "device_memory.h"
#include "fused_arguments.h"
#include "fused_plan.h"
#include "jit_module.h"
#include "levelgrad/executor.h"
#include "step_list.h"
#include "uniform_layout.h"

namespace levelgrad::cuda {

/// Memory of the device that the steps work on, borrowed. Models are independent trainings.
template <class T>
struct StepsData {
  const T* inputs;          ///< [example][input], the data set
  const unsigned* indices;  ///< of all steps, the same for all models
  T* parameters;            ///< [model][parameter]
  void* states;             ///< [model][parameter], the optimizer's
  T *grads, *losses;        ///< [model][parameter] of the last step; [model][step]
  int* flags;  ///< [model][2], 0 before: whether a number was not finite; losses that there are
  std::size_t models = 1;
};

template <class T>
class FusedSteps {
public:
  /// The most chunks of a batch: with more, launches do not matter.
  static constexpr std::size_t most_chunks = 64;

  /// Compiles, or finds in the cache, and loads.
  ///
  /// optimizer  the name of its struct.
  /// errors     CompilerError where that fails, or where the Program does not fit: its uniform part
  ///            is too large, or must run twice.
  FusedSteps(const Schedule& schedule, const UniformLayout& layout, const std::string& optimizer,
             std::size_t state_bytes, int device, CodeCache& cache, cudaStream_t stream);

  /// Runs the steps of the list, each model until one of its own is not finite. Asynchronous, but
  /// that what it reads of the host is copied when it returns.
  ///
  /// updates   [model][step], of one optimizer.
  void run(const StepList<T>& list, std::span<const std::size_t> example_counts,
           std::span<const BasicUpdate<T>> updates, const StepsData<T>& data, cudaStream_t stream);

private:
  [[nodiscard]] StepsArguments<T> arguments_of(const StepsData<T>& data) const;

  std::size_t input_count_, fold_width_;
  FusedPlan plan_;
  std::size_t shared_bytes_ = 0;
  JitModule module_;
  JitKernel kernel_;
  unsigned most_blocks_ = 0;
  DeviceArray<FusedTile> tiles_;
  DeviceArray<std::uint32_t> warps_, kinds_, slots_;
  DeviceArray<int> folded_;
  DeviceArray<T> folds_;
  DeviceArray<unsigned> first_index_, example_count_, arrived_;
  DeviceArray<unsigned char> scalars_;
};

extern template class FusedSteps<float>;
extern template class FusedSteps<double>;

}  // namespace levelgrad::cuda
