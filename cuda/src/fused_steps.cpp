// SPDX-License-Identifier: MIT
#include "fused_steps.h"

#include <algorithm>
#include <cstring>

#include "fused_arguments.h"
#include "fused_source.h"
#include "levelgrad/batch_order.h"
#include "levelgrad/clipping.h"
#include "levelgrad/error.h"
#include "levelgrad/uniform_text.h"

namespace levelgrad::cuda {
namespace {

/// Steps of one launch: a launch that ends is one that can be interrupted.
constexpr std::size_t steps_of_launch = 4096;

/// Numbers of the uniform part above which it is not kept in the shared memory of every block.
constexpr std::size_t most_uniform = 6000;

/// Bytes of the kernel's SharedNumbers, rounded up.
std::size_t uniform_bytes(const Program& program, std::size_t number_bytes,
                          std::size_t state_bytes) {
  const std::size_t numbers =
      2 * uniform_count(program) + program.shared_count() + 1 + 2 * (program.joins().size() + 1);
  const std::size_t parameters = program.parameter_count();
  return (numbers + chunk_count(parameters) + 1) * number_bytes + (parameters + 1) * state_bytes +
         64;
}

}  // namespace

template <class T>
FusedSteps<T>::FusedSteps(const Schedule& schedule, const UniformLayout& layout,
                          const std::string& optimizer, std::size_t state_bytes, int device,
                          Math math, CodeCache& cache, cudaStream_t stream)
    : input_count_(schedule.program().input_count()),
      fold_width_(layout.join_count() + layout.folded().size()) {
  const Program& program = schedule.program();
  if (!schedule.one_pass() || !schedule.early_grads()) {
    throw CompilerError("its grads depend on joined values");
  }
  if (program.constants().holds(program.root())) {
    throw CompilerError("its root is a constant, which no step changes");
  }
  if (uniform_count(program) > most_uniform) {
    throw CompilerError("its uniform part is too large for shared memory");
  }
  if (!uniform_part_compiles_soon(schedule)) {
    throw CompilerError("its uniform part is too large to compile");
  }
  const LaneCode code = fused_code(schedule, {});
  const SharedMemory memory = shared_memory(device);
  const std::size_t own = uniform_bytes(program, sizeof(T), state_bytes);
  if (own + 16 * 1024 > memory.of_block) {
    throw CompilerError("its uniform part is too large for shared memory");
  }
  plan_ = fused_plan(code, layout.fold_of(), sizeof(T),
                     {memory.of_block - own, memory.of_multiprocessor - own},
                     FusedPlan::Goal::OneChunkSoon);
  if (plan_.chunks_of_block == 0) throw CompilerError("its factors do not fit into shared memory");
  shared_bytes_ = plan_.shared_bytes + own;
  const JitSource source =
      fused_steps_source(code, plan_, layout, optimizer, most_chunks, sizeof(T) == 8);
  module_ = module_of(source, device, math, cache);
  kernel_ = module_.kernel("fused_steps");
  kernel_.set_dynamic_shared(shared_bytes_);
  most_blocks_ = resident_blocks(kernel_, plan_.threads, shared_bytes_, device);
  tiles_.upload(plan_.tiles, stream);
  warps_.upload(plan_.warps, stream);
  slots_.upload(plan_.slots, stream);
  kinds_.upload(numbers_of(plan_.kinds), stream);
  std::vector<int> folded;
  for (const std::size_t shared : layout.folded()) folded.push_back(static_cast<int>(shared));
  folded_.upload(folded, stream);
}

/// What the kernel is launched with, but for the slice of steps.
template <class T>
StepsArguments<T> FusedSteps<T>::arguments_of(const StepsData<T>& data) const {
  StepsArguments<T> arguments = {};
  FusedArguments<T>& body = arguments.body;
  body.inputs = data.inputs;
  body.row_step = input_count_;
  body.input_step = 1;
  body.folds = folds_.data();
  body.left_of = folded_.data();
  body.tiles = tiles_.data();
  body.warps = warps_.data();
  body.kinds = kinds_.data();
  body.slots = slots_.data();
  body.warp_count = static_cast<unsigned>(plan_.kinds.size());
  body.last = 1;
  arguments.indices = data.indices;
  arguments.first_index = first_index_.data();
  arguments.example_count = example_count_.data();
  arguments.scalars = scalars_.data();
  arguments.parameters = data.parameters;
  arguments.states = data.states;
  arguments.grads = data.grads;
  arguments.losses = data.losses;
  arguments.flags = data.flags;
  arguments.arrived = arrived_.data();
  return arguments;
}

template <class T>
void FusedSteps<T>::run(const StepList<T>& list, std::span<const std::size_t> example_counts,
                        std::span<const BasicUpdate<T>> updates, const StepsData<T>& data,
                        cudaStream_t stream) {
  std::vector<unsigned> first, count;
  for (std::size_t k = 0; k < list.size(); ++k) {
    first.push_back(static_cast<unsigned>(list.first_index(k)));
    count.push_back(static_cast<unsigned>(example_counts[k]));
  }
  first_index_.upload(first, stream);
  example_count_.upload(count, stream);
  std::vector<unsigned char> scalars;
  for (const BasicUpdate<T>& update : updates) {
    std::visit(
        [&]<class Scalars>(const Scalars& own) {
          const StepScalars<T, Scalars> step = {own, update.max_norm()};
          const auto* const bytes = reinterpret_cast<const unsigned char*>(&step);
          scalars.insert(scalars.end(), bytes, bytes + sizeof step);
        },
        update.scalars());
  }
  scalars_.upload(scalars, stream);

  const std::size_t chunks = (list.longest() + 127) / 128;
  const std::size_t blocks = (chunks + plan_.chunks_of_block - 1) / plan_.chunks_of_block;
  // Blocks of one model wait for each other, so all of them must run at once.
  const auto grid =
      static_cast<unsigned>(std::clamp<std::size_t>(most_blocks_ / data.models, 1, blocks));
  folds_.reserve(std::max<std::size_t>(2 * chunks * fold_width_ * data.models, 1));
  arrived_.reserve(data.models);
  StepsArguments<T> arguments = arguments_of(data);
  arguments.chunk_room = static_cast<unsigned>(chunks);
  arguments.all_steps = static_cast<unsigned>(list.size());
  for (std::size_t done = 0; done < list.size(); done += steps_of_launch) {
    LG_CUDA(cudaMemsetAsync(arrived_.data(), 0, data.models * sizeof(unsigned), stream));
    arguments.first_step = static_cast<unsigned>(done);
    arguments.step_count = static_cast<unsigned>(std::min(steps_of_launch, list.size() - done));
    void* parameters[] = {&arguments};
    kernel_.launch(dim3(grid, static_cast<unsigned>(data.models)), dim3(plan_.threads),
                   shared_bytes_, stream, parameters, grid > 1);
  }
}

template class FusedSteps<float>;
template class FusedSteps<double>;

}  // namespace levelgrad::cuda
