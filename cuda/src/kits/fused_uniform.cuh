// SPDX-License-Identifier: MIT
//
// The uniform part of a batch, by one block: what bodies need before them, and what follows them.
// Behind the uniform part and the kernel for a tile.

namespace levelgrad {

/// Where the uniform numbers of a batch stand in their array: see uniform_layout.h.
struct UniformPlaces {
  unsigned epilogue, left, final_grads, seeds, sums, folds, weight;
};

struct ThreadsOfBlock {
  static constexpr unsigned size = uniform_threads;
  unsigned rank;
  __device__ void wait() const { __syncthreads(); }
};

struct UniformArrays {
  Number u[uniform_count], d[uniform_count], sums[join_count + 1], seeds[join_count + 1];
};

__device__ inline void copy(const Number* from, unsigned count, Number* to) {
  for (unsigned i = threadIdx.x; i < count; i += uniform_threads) to[i] = from[i];
}

}  // namespace levelgrad

/// From the parameters to all that bodies read, in the array and, as the constant bank will have
/// it, in `twice`. The joins' sums are those of an earlier batch: nothing depends on them.
extern "C" __global__ void __launch_bounds__(levelgrad::uniform_threads)
    uniform_before(levelgrad::Number* numbers, const levelgrad::UniformPlaces places,
                   levelgrad::Number* twice) {
  using namespace levelgrad;
  const Number weight = numbers[places.weight];
  UniformArrays& own = *reinterpret_cast<UniformArrays*>(shared_bytes);
  const ThreadsOfBlock block = {threadIdx.x};
  copy(numbers, parameter_count, own.u);
  copy(numbers + places.sums, join_count, own.sums);
  __syncthreads();
  prologue_forward(own.u, block);
  if (backward_reads_epilogue) epilogue_forward(own.u, own.sums, weight, block);
  epilogue_backward(own.u, own.d, weight, own.seeds, block);
  copy(own.u, shared_count, numbers);
  copy(own.seeds, join_count, numbers + places.seeds);
  copy(own.d, shared_count, numbers + places.left);
  if (twice == nullptr) return;
  for (unsigned half = 0; half < 2; ++half, twice += number_count) {
    copy(own.u, shared_count, twice);
    copy(own.seeds, join_count, twice + places.seeds);
  }
}

/// From the folds to the loss, the other outputs and the final grads.
extern "C" __global__ void __launch_bounds__(levelgrad::uniform_threads)
    uniform_after(levelgrad::Number* numbers, const levelgrad::UniformPlaces places,
                  const int* folded, unsigned folded_count) {
  using namespace levelgrad;
  const Number weight = numbers[places.weight];
  UniformArrays& own = *reinterpret_cast<UniformArrays*>(shared_bytes);
  const ThreadsOfBlock block = {threadIdx.x};
  copy(numbers, shared_count, own.u);
  copy(numbers + places.left, shared_count, own.d);
  copy(numbers + places.sums, join_count, own.sums);
  __syncthreads();
  for (unsigned f = threadIdx.x; f < folded_count; f += uniform_threads) {
    own.d[folded[f]] = numbers[places.folds + f];
  }
  __syncthreads();
  epilogue_forward(own.u, own.sums, weight, block);
  prologue_backward(own.u, own.d, block);
  __syncthreads();
  for (unsigned k = threadIdx.x; k < epilogue_output_count; k += uniform_threads) {
    numbers[places.epilogue + epilogue_outputs[k]] = own.u[shared_count + epilogue_outputs[k]];
  }
  copy(own.d, shared_count, numbers + places.final_grads);
}
