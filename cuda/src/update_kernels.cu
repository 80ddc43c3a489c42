// SPDX-License-Identifier: MIT
#include "launch.cuh"
#include "levelgrad/clipping.h"
#include "levelgrad/optimizers.h"
#include "update_kernels.h"

namespace levelgrad::cuda {
namespace {

/// Notes the loss of a step, unless an earlier one was not finite.
template <class T>
__global__ void note_loss(UpdateTask<T> task) {
  if (*task.not_finite != 0) return;
  task.losses[(*task.steps)++] = *task.loss;
  if (!math::is_finite(*task.loss)) *task.not_finite = 1;
}

constexpr unsigned clip_threads = 1024;

struct ThreadsOfBlock {
  static constexpr unsigned size = clip_threads;
  unsigned rank;
  __device__ void wait() const { __syncthreads(); }
};

/// One block: a chunk has 128 parameters, so a thread has few of them.
template <class T>
__global__ void __launch_bounds__(clip_threads)
    clip(UpdateTask<T> task, T max_norm, T* folds, T* factor) {
  const T squares = sum_of_squares(task.grads, static_cast<unsigned>(task.count), folds,
                                   ThreadsOfBlock{threadIdx.x});
  if (threadIdx.x != 0) return;
  *factor = clip_factor(squares, max_norm);
  if (!math::is_finite(squares)) *task.not_finite = 1;
}

/// Computes what the parameters and the state would become, and whether all of it is finite.
template <class Optimizer, class T>
__global__ void __launch_bounds__(block_threads)
    propose(UpdateTask<T> task, typename Optimizer::template Scalars<T> scalars, const T* factor,
            const typename Optimizer::template State<T>* states,
            typename Optimizer::template State<T>* new_states, T* updated) {
  bool finite = true;
  const std::size_t threads = std::size_t(gridDim.x) * blockDim.x;
  const std::size_t rank = std::size_t(blockIdx.x) * blockDim.x + threadIdx.x;
  for (std::size_t i = rank; i < task.count; i += threads) {
    auto state = states[i];
    const T grad = factor == nullptr ? task.grads[i] : task.grads[i] * *factor;
    updated[i] = Optimizer::updated(task.parameters[i], grad, state, scalars);
    new_states[i] = state;
    finite = finite && math::is_finite(grad) && math::is_finite(updated[i]) && state.finite();
  }
  if (!finite) atomicOr(task.not_finite, 1);
}

template <class State, class T>
__global__ void __launch_bounds__(block_threads)
    commit(UpdateTask<T> task, const T* updated, const State* new_states, State* states) {
  if (*task.not_finite != 0) return;
  for (std::size_t i = std::size_t(blockIdx.x) * blockDim.x + threadIdx.x; i < task.count;
       i += std::size_t(gridDim.x) * blockDim.x) {
    task.parameters[i] = updated[i];
    states[i] = new_states[i];
  }
}

}  // namespace

template <class T>
void launch_note_loss(const UpdateTask<T>& task, cudaStream_t stream) {
  note_loss<<<1, 1, 0, stream>>>(task);
  LG_CUDA(cudaGetLastError());
}

template <class T>
void launch_clip(const UpdateTask<T>& task, T max_norm, T* folds, T* factor, cudaStream_t stream) {
  clip<<<1, clip_threads, 0, stream>>>(task, max_norm, folds, factor);
  LG_CUDA(cudaGetLastError());
}

template <class Optimizer, class T, class State, class Scalars>
void launch_propose(const UpdateTask<T>& task, const Scalars& scalars, const T* factor,
                    const State* states, State* new_states, T* updated, cudaStream_t stream) {
  propose<Optimizer><<<grid_for(task.count), block_threads, 0, stream>>>(
      task, scalars, factor, states, new_states, updated);
  LG_CUDA(cudaGetLastError());
}

template <class T, class State>
void launch_commit(const UpdateTask<T>& task, const T* updated, const State* new_states,
                   State* states, cudaStream_t stream) {
  commit<<<grid_for(task.count), block_threads, 0, stream>>>(task, updated, new_states, states);
  LG_CUDA(cudaGetLastError());
}

#define LG_FOR_OPTIMIZER(name, T)                                                               \
  template void launch_propose<optimizer::name>(                                                \
      const UpdateTask<T>&, const optimizer::name::Scalars<T>&, const T*,                       \
      const optimizer::name::State<T>*, optimizer::name::State<T>*, T*, cudaStream_t);          \
  template void launch_commit(const UpdateTask<T>&, const T*, const optimizer::name::State<T>*, \
                              optimizer::name::State<T>*, cudaStream_t);
#define LG_FOR_FLOAT(name) LG_FOR_OPTIMIZER(name, float)
#define LG_FOR_DOUBLE(name) LG_FOR_OPTIMIZER(name, double)
LG_OPTIMIZERS(LG_FOR_FLOAT)
LG_OPTIMIZERS(LG_FOR_DOUBLE)
template void launch_note_loss(const UpdateTask<float>&, cudaStream_t);
template void launch_note_loss(const UpdateTask<double>&, cudaStream_t);
template void launch_clip(const UpdateTask<float>&, float, float*, float*, cudaStream_t);
template void launch_clip(const UpdateTask<double>&, double, double*, double*, cudaStream_t);

}  // namespace levelgrad::cuda
