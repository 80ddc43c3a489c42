// SPDX-License-Identifier: MIT
//
// One step of an optimizer on the device. Asynchronous; errors are DeviceError.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>

namespace levelgrad::cuda {

/// What one step needs besides the optimizer's own.
template <class T>
struct UpdateTask {
  T* parameters;   ///< [count]
  const T* grads;  ///< [count]
  std::size_t count;
  int* not_finite;  ///< set where a number is not finite; once it is, nothing changes any more
  const T* loss = nullptr;  ///< checked too; null: not
  T* losses = nullptr;      ///< takes the losses of the steps that were tried
  int* steps = nullptr;     ///< counts them
};

/// Notes the loss of a step, unless an earlier one was not finite.
template <class T>
void launch_note_loss(const UpdateTask<T>& task, cudaStream_t stream);

/// Computes what the grads are to be multiplied by so that their norm does not pass max_norm.
/// folds [chunks of parameters], factor [1].
template <class T>
void launch_clip(const UpdateTask<T>& task, T max_norm, T* folds, T* factor, cudaStream_t stream);

/// Computes what parameters and states would become, and whether all of it is finite.
/// factor [1], of the grads, null: 1. States [count], updated [count].
template <class Optimizer, class T, class State, class Scalars>
void launch_propose(const UpdateTask<T>& task, const Scalars& scalars, const T* factor,
                    const State* states, State* new_states, T* updated, cudaStream_t stream);

/// Takes what was proposed, unless something was not finite.
template <class T, class State>
void launch_commit(const UpdateTask<T>& task, const T* updated, const State* new_states,
                   State* states, cudaStream_t stream);

}  // namespace levelgrad::cuda
