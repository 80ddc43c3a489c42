// SPDX-License-Identifier: MIT
#include "batch_sweep.h"

#include <algorithm>
#include <array>

#include "levelgrad/batch_order.h"

namespace levelgrad::host {
namespace {

/// Cuts a chunk into runs of one Program, and those into sub-blocks; the highest lanes come first.
template <class T, class F>
void for_each_sub_block(const BasicBatch<T>& batch, ChunkRange chunk, std::size_t sub_block,
                        const F& f) {
  std::size_t end = chunk.end;
  while (end > chunk.begin) {
    const std::size_t program = batch.program(end - 1);
    std::size_t begin = end - 1;
    const auto goes_on = [&] {
      return begin > chunk.begin && end - begin < sub_block && batch.program(begin - 1) == program;
    };
    while (goes_on()) --begin;
    f(program, LaneRange{begin, end - begin});
    end = begin;
  }
}

/// One chunk after the other, in one thread.
template <class T>
class ChunkRun {
public:
  ChunkRun(const BasicBatch<T>& batch, const SweepInputs<T>& inputs,
           std::vector<LaneWorker<T>>& workers, std::size_t sub_block)
      : batch_(batch),
        inputs_(inputs),
        workers_(workers),
        sub_block_(sub_block),
        joined_(inputs.join_count * chunk_size),
        sums_(inputs.join_count),
        grads_(inputs.backward ? inputs.left.size() : 0) {}

  void run(std::size_t chunk) {
    const ChunkRange examples = chunk_range(chunk, batch_.example_count);
    const bool last = examples.end == batch_.example_count;
    if (inputs_.backward) {
      if (last) {
        std::ranges::copy(inputs_.left, grads_.begin());
      } else {
        std::ranges::fill(grads_, T(0));
      }
    }
    for_each_sub_block(batch_, examples, sub_block_, [&](std::size_t program, LaneRange lanes) {
      run_sub_block(workers_[program], lanes, lanes.first - examples.begin);
    });
    for (std::size_t j = 0; j < sums_.size(); ++j) {
      T sum = 0;
      for (std::size_t l = 0; l < examples.end - examples.begin; ++l) {
        sum = sum + joined_[j * chunk_size + l];
      }
      sums_[j] = sum;
    }
  }

  /// The folds of the last chunk that ran.
  [[nodiscard]] std::span<const T> sums() const { return sums_; }
  [[nodiscard]] std::span<const T> grads() const { return grads_; }

private:
  void run_sub_block(LaneWorker<T>& worker, LaneRange lanes, std::size_t in_chunk) {
    worker.forward(batch_, lanes);
    worker.store_outputs(inputs_.outputs);
    for (std::size_t j = 0; j < inputs_.join_count; ++j) {
      std::copy_n(worker.joined(j), lanes.count, joined_.begin() + place(j, in_chunk));
    }
    if (!inputs_.backward) return;
    worker.backward(inputs_.seeds);
    if (!inputs_.input_grads.empty()) worker.store_input_grads(batch_, inputs_.input_grads);
    worker.fold(grads_);
    if (!inputs_.take_example) return;
    for (std::size_t l = 0; l < lanes.count; ++l) {
      std::vector<T> alone(grads_.size(), T(0));
      worker.fold_lane(l, alone);
      inputs_.take_example(lanes.first + l, alone);
    }
  }
  [[nodiscard]] static std::ptrdiff_t place(std::size_t join, std::size_t lane) {
    return static_cast<std::ptrdiff_t>(join * chunk_size + lane);
  }

  const BasicBatch<T>& batch_;
  const SweepInputs<T>& inputs_;
  std::vector<LaneWorker<T>>& workers_;
  std::size_t sub_block_;
  std::vector<T> joined_;  // [join][lane of the chunk]
  std::vector<T> sums_, grads_;
};

/// How many chunks a task has, as a power of two: enough tasks to keep all threads busy to the end,
/// few enough that their results take little room.
unsigned task_level(std::size_t chunks, std::size_t threads) {
  if (threads == 1) return 63;
  unsigned level = 0;
  while ((chunks >> level) > 16 * threads) ++level;
  return level;
}

}  // namespace

template <class T>
SweepResults<T> sweep(const BasicBatch<T>& batch, const SweepInputs<T>& inputs,
                      std::vector<std::vector<LaneWorker<T>>>& workers, ThreadPool& pool,
                      std::size_t sub_block) {
  const std::size_t chunks = chunk_count(batch.example_count);
  const unsigned level = task_level(chunks, pool.thread_count());
  const std::size_t task_chunks = level >= 63 ? chunks : std::size_t{1} << level;
  const std::size_t tasks = (chunks + task_chunks - 1) / task_chunks;

  SweepResults<T> total{std::vector<T>(inputs.join_count),
                        std::vector<T>(inputs.backward ? inputs.left.size() : 0)};
  std::vector<SweepResults<T>> by_task(tasks, total);
  pool.run(tasks, [&](std::size_t task, std::size_t thread) {
    for (std::size_t p = 0; p < inputs.uniform.size(); ++p) {
      workers[thread][p].start(inputs.uniform[p]);
    }
    ChunkRun<T> run(batch, inputs, workers[thread], sub_block);
    ChunkTree<T> sums(total.sums.size()), grads(total.grads.size());
    const std::size_t end = std::min(chunks, (task + 1) * task_chunks);
    for (std::size_t chunk = task * task_chunks; chunk < end; ++chunk) {
      run.run(chunk);
      sums.push(run.sums());
      grads.push(run.grads());
    }
    sums.finish(by_task[task].sums);
    grads.finish(by_task[task].grads);
  });
  if (tasks == 1) return std::move(by_task.front());

  ChunkTree<T> sums(total.sums.size()), grads(total.grads.size());
  for (const SweepResults<T>& part : by_task) {
    sums.push(part.sums, level);
    grads.push(part.grads, level);
  }
  sums.finish(total.sums);
  grads.finish(total.grads);
  return total;
}

template SweepResults<float> sweep(const BasicBatch<float>&, const SweepInputs<float>&,
                                   std::vector<std::vector<LaneWorker<float>>>&, ThreadPool&,
                                   std::size_t);
template SweepResults<double> sweep(const BasicBatch<double>&, const SweepInputs<double>&,
                                    std::vector<std::vector<LaneWorker<double>>>&, ThreadPool&,
                                    std::size_t);

}  // namespace levelgrad::host
