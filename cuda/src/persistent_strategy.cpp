// SPDX-License-Identifier: MIT
#include "persistent_strategy.h"

#include "kernels.h"
#include "launch_strategy.h"
#include "levelgrad/error.h"

namespace levelgrad::cuda {
namespace {

/// The list of stages, filled from the front.
template <class T>
class Stages {
public:
  explicit Stages(PersistentStep<T>& step, std::uint32_t width) : step_(step), width_(width) {}

  void uniform(std::uint32_t parts) {
    if (parts != 0) add({Stage<T>::Uniform, parts, nullptr, nullptr, 0, width_});
  }
  void body(bool backward) {
    add({Stage<T>::Body, backward ? 1u : 0u, nullptr, nullptr, 0, width_});
  }
  void joins() { add({Stage<T>::Joins, 0, nullptr, nullptr, 0, width_}); }
  void tree(const TreeRound<T>& round) {
    add({Stage<T>::Tree, 0, round.in, round.out, round.count, width_});
  }

private:
  void add(const Stage<T>& stage) {
    if (step_.stage_count == PersistentStep<T>::most_stages) {
      throw InternalError("more stages than a persistent launch can have");
    }
    step_.stages[step_.stage_count++] = stage;
  }

  PersistentStep<T>& step_;
  std::uint32_t width_;
};

}  // namespace

template <class T>
void run_persistent(const TileTask<T>& task, std::uint32_t lanes, int device, cudaStream_t stream) {
  PersistentStep<T> step = {};
  step.uniform = task.uniform;
  step.body = task.body();
  step.lanes = task.lanes;
  step.folds = task.folds;
  step.numbers = task.numbers;
  step.tile = lanes;
  Stages<T> stages(step, task.folds.width);
  stages.uniform(task.before);
  stages.body(task.backward);
  if (step.body.joins > 0) stages.joins();
  for (const TreeRound<T>& round : task.rounds) stages.tree(round);
  stages.uniform(task.after);
  launch_persistent(step, device, stream);
}

template <class T>
void walk_tile(const TileTask<T>& task, cudaStream_t stream) {
  if (task.before != 0) launch_uniform(task.uniform, task.before, task.numbers, stream);
  launch_walk(task.body(), task.lanes, task.backward, stream);
  if (task.backward && task.body().folded > 0) {
    launch_fold_grads(task.body(), task.lanes, task.folds, stream);
  }
  launch_end(task, stream);
}

#define LG_INSTANTIATE(T)                                                             \
  template void run_persistent(const TileTask<T>&, std::uint32_t, int, cudaStream_t); \
  template void walk_tile(const TileTask<T>&, cudaStream_t);
LG_INSTANTIATE(float)
LG_INSTANTIATE(double)

}  // namespace levelgrad::cuda
