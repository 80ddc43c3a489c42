// SPDX-License-Identifier: MIT
#include "fused_body.h"

#include <algorithm>

#include "fused_arguments.h"
#include "fused_source.h"
#include "kernels.h"
#include "levelgrad/error.h"
#include "levelgrad/uniform_text.h"
#include "ranges.h"

namespace levelgrad::cuda {
namespace {

/// The constant bank has 64 KB, of which the compiler takes some for constants of its own.
constexpr std::size_t constant_bytes = 60 * 1024;

/// Shared memory that the uniform part may have.
constexpr std::size_t most_uniform_bytes = 96 * 1024;

template <class T>
void copy(const T* from, T* to, std::size_t count, cudaStream_t stream) {
  LG_CUDA(cudaMemcpyAsync(to, from, count * sizeof(T), cudaMemcpyDeviceToDevice, stream));
}

}  // namespace

template <class T>
FusedBody<T>::FusedBody(const Schedule& schedule, const UniformLayout& layout,
                        const StorageNeeds& needs, int device, Math math, CodeCache& cache,
                        cudaStream_t stream)
    : needs_(needs), number_count_(layout.read_by_bodies()) {
  const LaneCode code = fused_code(schedule, needs);
  plan_ = fused_plan(code, layout.fold_of(), sizeof(T), shared_memory(device));
  if (plan_.chunks_of_block == 0) {
    throw CompilerError("the factors of " + std::to_string(code.slot_count()) +
                        " numbers do not fit into shared memory");
  }
  const Program& program = schedule.program();
  const std::size_t bytes =
      (2 * uniform_count(program) + 2 * (program.joins().size() + 1)) * sizeof(T);
  if (needs.backward && program.shared_count() > 0 && schedule.one_pass() &&
      schedule.early_grads() && bytes <= most_uniform_bytes &&
      uniform_part_compiles_soon(schedule)) {
    uniform_bytes_ = bytes;
  }
  const bool constant = 2 * number_count_ * sizeof(T) <= constant_bytes && number_count_ > 0;
  const FusedNumbers numbers = {number_count_, static_cast<std::size_t>(layout.seed(0)),
                                layout.join_count() + (needs.backward ? layout.folded().size() : 0),
                                constant, uniform_bytes_ > 0};
  module_ = module_of(fused_source(code, plan_, numbers, sizeof(T) == 8), device, math, cache);
  kernel_ = module_.kernel("fused");
  kernel_.set_dynamic_shared(plan_.shared_bytes);
  if (constant) {
    constant_bank_ = static_cast<T*>(module_.global("numbers_twice").data);
    twice_.upload(std::vector<T>(2 * number_count_), stream);
  }
  if (uniform_bytes_ > 0) {
    before_ = module_.kernel("uniform_before");
    after_ = module_.kernel("uniform_after");
    for (const JitKernel& kernel : {before_, after_}) kernel.set_dynamic_shared(uniform_bytes_);
    const auto place = [](Ref ref) { return static_cast<unsigned>(ref); };
    places_ = {place(layout.epilogue_begin()), place(layout.left_begin()),
               place(layout.final_begin()),    place(layout.seed(0)),
               place(layout.sum(0)),           place(layout.folded_grad(0)),
               place(layout.weight())};
    std::vector<int> folded;
    for (const std::size_t shared : layout.folded()) folded.push_back(static_cast<int>(shared));
    folded_.upload(folded, stream);
  }
  most_blocks_ = resident_blocks(kernel_, plan_.threads, plan_.shared_bytes, device);
  tiles_.upload(plan_.tiles, stream);
  warps_.upload(plan_.warps, stream);
  slots_.upload(plan_.slots, stream);
  kinds_.upload(numbers_of(plan_.kinds), stream);
  LG_CUDA(cudaStreamSynchronize(stream));
}

template <class T>
void FusedBody<T>::run(const TileTask<T>& task, cudaStream_t stream) {
  const Range range("tile, fused");
  run_before(task, stream);
  run_lanes(task, stream);
  for (const TreeRound<T>& round : task.rounds) {
    launch_fold_rows(round.in, round.count, task.folds.width, round.out, stream);
  }
  run_after(task, stream);
}

template <class T>
void FusedBody<T>::run_before(const TileTask<T>& task, cudaStream_t stream) {
  constexpr std::uint32_t all =
      prologue_forward_part | epilogue_forward_part | epilogue_backward_part;
  if (uniform_bytes_ > 0 && task.before == all) {
    T* numbers = task.numbers;
    T* twice = constant_bank_ == nullptr ? nullptr : twice_.data();
    void* arguments[] = {&numbers, &places_, &twice};
    before_.launch(dim3(1), dim3(fused_uniform_threads), uniform_bytes_, stream, arguments);
    if (constant_bank_ != nullptr) copy<T>(twice, constant_bank_, 2 * number_count_, stream);
    return;
  }
  if (task.before != 0) launch_uniform(task.uniform, task.before, task.numbers, stream);
  if (constant_bank_ == nullptr) return;
  const T* const numbers = task.numbers;
  copy(numbers, constant_bank_, number_count_, stream);
  copy(numbers, constant_bank_ + number_count_, number_count_, stream);
}

template <class T>
void FusedBody<T>::run_after(const TileTask<T>& task, cudaStream_t stream) {
  constexpr std::uint32_t all = epilogue_forward_part | prologue_backward_part;
  if (uniform_bytes_ > 0 && task.after == all) {
    T* numbers = task.numbers;
    const int* folded = folded_.data();
    auto count = static_cast<unsigned>(folded_.size());
    void* arguments[] = {&numbers, &places_, &folded, &count};
    return after_.launch(dim3(1), dim3(fused_uniform_threads), uniform_bytes_, stream, arguments);
  }
  if (task.after != 0) launch_uniform(task.uniform, task.after, task.numbers, stream);
}

template <class T>
void FusedBody<T>::run_lanes(const TileTask<T>& task, cudaStream_t stream) {
  const LanesView<T>& lanes = task.lanes;
  FusedArguments<T> arguments = {lanes.rows.numbers,
                                 lanes.rows.row_step,
                                 lanes.rows.input_step,
                                 lanes.rows.row_of,
                                 lanes.outputs,
                                 lanes.input_grads,
                                 task.folds.folds,
                                 task.folds.left,
                                 task.folds.left_of,
                                 task.numbers,
                                 tiles_.data(),
                                 warps_.data(),
                                 kinds_.data(),
                                 slots_.data(),
                                 static_cast<unsigned>(plan_.kinds.size()),
                                 lanes.count,
                                 task.folds.last ? 1u : 0u};
  const unsigned chunks = (lanes.count + 127) / 128;
  const unsigned blocks = (chunks + plan_.chunks_of_block - 1) / plan_.chunks_of_block;
  void* parameters[] = {&arguments};
  kernel_.launch(dim3(std::min(blocks, most_blocks_)), dim3(plan_.threads), plan_.shared_bytes,
                 stream, parameters);
}

template class FusedBody<float>;
template class FusedBody<double>;

}  // namespace levelgrad::cuda
