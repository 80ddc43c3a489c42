// SPDX-License-Identifier: MIT
//
// The kernel for many steps of training. Behind the pieces, the uniform part and `Optimizer`.
//
// Models, each with parameters of its own, are blockIdx.y; they never meet. Every block has all
// uniform numbers, parameters and states among them, in shared memory, and does all that is done
// once a step by itself: the same operations give the same bits. Blocks share the chunks, and wait
// for each other once a step, where there are several.

namespace levelgrad {

using State = Optimizer::State<Number>;
using Scalars = StepScalars<Number, Optimizer::Scalars<Number>>;

/// As the host fills it in: fused_steps.cpp.
struct StepsArguments {
  FusedArguments body;  ///< but for what differs from step to step; folds [model][2][chunk][width]
  const unsigned* indices;                      ///< rows of the data set, step after step
  const unsigned *first_index, *example_count;  ///< [step]
  const Scalars* scalars;                       ///< [model][step]
  Number* parameters;                           ///< [model][parameter]
  State* states;                                ///< [model][parameter]
  Number *grads, *losses;  ///< [model][parameter] of the last step; [model][step]
  int* flags;              ///< [model][2]: whether a number was not finite; losses that there are
  unsigned* arrived;       ///< [model] blocks at the barrier, 0 before the launch
  unsigned chunk_room, all_steps;   ///< chunks of the largest batch; steps of a model
  unsigned first_step, step_count;  ///< of this launch
};

struct ThreadsOfBlock {
  static constexpr unsigned size = block_threads;
  unsigned rank;
  __device__ void wait() const { __syncthreads(); }
};

/// Uniform numbers in shared memory: a copy for the backward pass.
struct UniformNumbers {
  const Number *forward, *backward, *seeds;
  __device__ Number p(unsigned i) const { return forward[i]; }
  __device__ Number p_back(unsigned i) const { return backward[i]; }
  __device__ Number seed(unsigned j) const { return seeds[j]; }
};

/// The uniform numbers of a block, behind the chunks' factors.
struct SharedNumbers {
  Number u[uniform_count], d[uniform_count], again[shared_count + 1];
  Number sums[join_count + 1], seeds[join_count + 1];
  Number squares[(parameter_count + 127) / 128 + 1];  // of the grads' chunks
  State states[parameter_count + 1];
};

/// A barrier between all blocks. target   arrivals up to this one.
__device__ inline void wait_for_blocks(unsigned* arrived, unsigned target) {
  __syncthreads();
  if (threadIdx.x == 0) {
    __threadfence();
    atomicAdd(arrived, 1U);
    while (*static_cast<volatile unsigned*>(arrived) < target) {
    }
    __threadfence();
  }
  __syncthreads();
}

/// The tree over the chunks' folds of one column: see batch_order.h.
__device__ inline Number total(const Number* folds, unsigned chunks) {
  if (chunks == 1) return __ldcg(folds);
  Number waiting[most_levels];  // level l: a subtree of 2^l chunks, where bit l of the count is set
  for (unsigned chunk = 0; chunk < chunks; ++chunk) {
    Number sum = __ldcg(folds + chunk * fold_width);
    unsigned level = 0;
    for (; (chunk >> level & 1) != 0; ++level) sum = waiting[level] + sum;
    waiting[level] = sum;
  }
  unsigned level = 0;
  while ((chunks >> level & 1) == 0) ++level;
  Number sum = waiting[level];
  for (++level; chunks >> level != 0; ++level) {
    if ((chunks >> level & 1) != 0) sum = waiting[level] + sum;
  }
  return sum;
}

/// Puts the batch's folds where the epilogue and the prologue's backward pass read them.
__device__ inline void add_up(const FusedArguments& body, SharedNumbers& own, unsigned chunks) {
  for (unsigned column = threadIdx.x; column < fold_width; column += block_threads) {
    const Number sum = total(body.folds + column, chunks);
    if (column < join_count) {
      own.sums[column] = sum;
    } else {
      own.d[body.left_of[column - join_count]] = sum;
    }
  }
}

/// Whether the step is done: else nothing has changed.
__device__ inline bool update(SharedNumbers& own, const Scalars& step,
                              const ThreadsOfBlock& block) {
  Number factor = 1;
  bool finite = math::is_finite(own.u[root_index]);
  if (step.max_norm < math::infinity<Number>()) {
    const Number squares = sum_of_squares(own.d, parameter_count, own.squares, block);
    factor = clip_factor(squares, step.max_norm);
    finite = finite && math::is_finite(squares);
  }
  for (unsigned i = threadIdx.x; i < parameter_count; i += block_threads) {
    State state = own.states[i];
    const Number grad = own.d[i] * factor;
    const Number updated = Optimizer::updated(own.u[i], grad, state, step.scalars);
    finite = finite && math::is_finite(grad) && math::is_finite(updated) && state.finite();
  }
  if (__syncthreads_and(finite) == 0) return false;
  for (unsigned i = threadIdx.x; i < parameter_count; i += block_threads) {
    own.u[i] = Optimizer::updated(own.u[i], own.d[i] * factor, own.states[i], step.scalars);
  }
  return true;
}

}  // namespace levelgrad

extern "C" __global__ void __launch_bounds__(levelgrad::block_threads)
    fused_steps(levelgrad::StepsArguments arguments) {
  using namespace levelgrad;
  const unsigned long long model = blockIdx.y;
  arguments.flags += 2 * model;
  if (arguments.flags[0] != 0) return;  // in an earlier launch
  arguments.scalars += model * arguments.all_steps;
  arguments.parameters += model * parameter_count;
  arguments.states += model * parameter_count;
  arguments.grads += model * parameter_count;
  arguments.losses += model * arguments.all_steps;
  arguments.arrived += model;
  arguments.body.folds += model * 2 * arguments.chunk_room * fold_width;
  Number* const factors = reinterpret_cast<Number*>(shared_bytes);
  SharedNumbers& own = *reinterpret_cast<SharedNumbers*>(factors + chunks_of_block * group_size);
  const ThreadsOfBlock block = {threadIdx.x};
  for (unsigned i = threadIdx.x; i < parameter_count; i += block_threads) {
    own.u[i] = arguments.parameters[i];
    own.states[i] = arguments.states[i];
  }
  for (unsigned j = threadIdx.x; j < join_count; j += block_threads) own.sums[j] = 0;
  __syncthreads();

  FusedArguments body = arguments.body;
  body.left = own.d;
  bool finite = true;
  unsigned done = 0;
  for (; done < arguments.step_count && finite; ++done) {
    const unsigned step = arguments.first_step + done;
    body.places = arguments.example_count[step];
    body.row_of = arguments.indices + arguments.first_index[step];
    const unsigned chunks = (body.places + chunk_lanes - 1) / chunk_lanes;
    body.folds = arguments.body.folds + (done & 1) * arguments.chunk_room * fold_width;
    const Number weight = Number(1) / static_cast<Number>(body.places);

    prologue_forward(own.u, block);
    if (backward_reads_epilogue) epilogue_forward(own.u, own.sums, weight, block);
    epilogue_backward(own.u, own.d, weight, own.seeds, block);
    for (unsigned i = threadIdx.x; i < shared_count; i += block_threads) own.again[i] = own.u[i];
    __syncthreads();
    run_chunks(body, UniformNumbers{own.u, own.again, own.seeds}, factors);
    if (gridDim.x > 1) wait_for_blocks(arguments.arrived, (done + 1) * gridDim.x);
    add_up(body, own, chunks);
    __syncthreads();
    epilogue_forward(own.u, own.sums, weight, block);
    prologue_backward(own.u, own.d, block);
    __syncthreads();
    if (blockIdx.x == 0 && threadIdx.x == 0) arguments.losses[step] = own.u[root_index];
    finite = update(own, arguments.scalars[step], block);
    __syncthreads();
  }
  if (blockIdx.x != 0) return;
  for (unsigned i = threadIdx.x; i < parameter_count; i += block_threads) {
    arguments.parameters[i] = own.u[i];
    arguments.states[i] = own.states[i];
    arguments.grads[i] = own.d[i];
  }
  if (threadIdx.x == 0) {
    arguments.flags[0] = finite ? 0 : 1;
    arguments.flags[1] = static_cast<int>(arguments.first_step + done);
  }
}
