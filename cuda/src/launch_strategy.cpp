// SPDX-License-Identifier: MIT
#include "launch_strategy.h"

#include <algorithm>
#include <bit>

#include "kernels.h"
#include "ranges.h"

namespace levelgrad::cuda {
namespace {

/// Graphs that are kept. A batch of many tiles needs four: two buffers in turns, the first tile and
/// the last.
constexpr std::size_t most_graphs = 16;

template <class T>
void launch_all(const TileTask<T>& task, cudaStream_t stream) {
  if (task.before != 0) launch_uniform(task.uniform, task.before, task.numbers, stream);
  launch_body(*task.bodies, task.program, task.lanes, task.backward, stream);
  if (task.backward && task.body().folded > 0) {
    const Range range("folds of the chunks");
    launch_fold_grads(task.body(), task.lanes, task.folds, stream);
  }
  launch_end(task, stream);
}

/// All that the launches depend on: a graph is the same where this is.
template <class T>
std::vector<std::uint64_t> key_of(const TileTask<T>& task) {
  std::vector<std::uint64_t> key = {task.before, task.after, task.backward ? 1u : 0u, task.program};
  const auto add = [&key](auto number) { key.push_back(std::bit_cast<std::uint64_t>(number)); };
  add(task.bodies);
  const LanesView<T>& lanes = task.lanes;
  for (const std::size_t number :
       {std::size_t{lanes.count}, lanes.rows.row_step, lanes.rows.input_step, lanes.places,
        lanes.stride, std::size_t{task.folds.width}, std::size_t{task.folds.places},
        std::size_t{task.folds.last ? 1u : 0u}}) {
    add(number);
  }
  add(lanes.place);
  add(lanes.rows.numbers);
  add(lanes.rows.row_of);
  for (const T* numbers :
       {static_cast<const T*>(lanes.outputs), static_cast<const T*>(lanes.joined),
        static_cast<const T*>(lanes.input_grads), static_cast<const T*>(lanes.data),
        static_cast<const T*>(task.folds.folds)}) {
    add(numbers);
  }
  for (const TreeRound<T>& round : task.rounds) {
    add(round.in);
    add(round.count);
    add(round.out);
  }
  return key;
}

GraphExec capture(const std::function<void()>& launch, cudaStream_t stream) {
  LG_CUDA(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal));
  cudaGraph_t captured = nullptr;
  try {
    launch();
  } catch (...) {
    (void)cudaStreamEndCapture(stream, &captured);
    const Graph released(captured);
    throw;
  }
  LG_CUDA(cudaStreamEndCapture(stream, &captured));
  const Graph graph(captured);
  cudaGraphExec_t made = nullptr;
  LG_CUDA(cudaGraphInstantiate(&made, graph.get(), 0));
  return GraphExec(made);
}

}  // namespace

template <class T>
void launch_body(const DeviceBodies& bodies, std::size_t program, const LanesView<T>& lanes,
                 bool backward, cudaStream_t stream) {
  const BodyView& body = bodies.view(program);
  if (body.inputs > 0) launch_load(body, lanes, stream);
  for (const LevelRun& run : bodies.forward_runs(program)) {
    const Range range("forward", run.begin + 1, run.end);  // level 0 holds the inputs
    launch_forward(body, lanes, run, stream);
  }
  if (body.joins + body.outputs > 0) launch_store(body, lanes, stream);
  if (!backward) return;
  for (const LevelRun& run : bodies.backward_runs(program)) {
    const std::vector<std::size_t>& levels = bodies.backward_levels(program);
    const Range range("backward", levels[run.begin], levels[run.end - 1]);
    launch_backward(body, lanes, run, stream);
  }
  if (lanes.input_grads != nullptr) launch_store_input_grads(body, lanes, stream);
}

template <class T>
void launch_end(const TileTask<T>& task, cudaStream_t stream) {
  const Range range("joins, tree, epilogue");
  const std::uint32_t joins = task.body().joins;
  if (joins > 0) {
    launch_fold_joins(static_cast<const T*>(task.lanes.joined), task.lanes.places, joins,
                      task.folds, stream);
  }
  for (const TreeRound<T>& round : task.rounds) {
    launch_fold_rows(round.in, round.count, task.folds.width, round.out, stream);
  }
  if (task.after != 0) launch_uniform(task.uniform, task.after, task.numbers, stream);
}

template <class T>
void LaunchStrategy<T>::run(const TileTask<T>& task, cudaStream_t stream) {
  run(
      task, nullptr, [&] { launch_all(task, stream); }, stream);
}

template <class T>
void LaunchStrategy<T>::run(const TileTask<T>& task, const void* owner,
                            const std::function<void()>& launch, cudaStream_t stream) {
  if (profiled()) return launch();  // one by one, so that each level has its name
  Key key = key_of(task);
  key.push_back(std::bit_cast<std::uint64_t>(owner));
  auto known = std::ranges::find(captured_, key, &Captured::key);
  if (known == captured_.end()) {
    if (captured_.size() == most_graphs) captured_.erase(captured_.begin());
    captured_.push_back({std::move(key), capture(launch, stream)});
  } else {
    std::rotate(known, known + 1, captured_.end());
  }
  LG_CUDA(cudaGraphLaunch(captured_.back().graph.get(), stream));
}

#define LG_INSTANTIATE(T)                                                                \
  template void launch_body(const DeviceBodies&, std::size_t, const LanesView<T>&, bool, \
                            cudaStream_t);                                               \
  template void launch_end(const TileTask<T>&, cudaStream_t);                            \
  template class LaunchStrategy<T>;
LG_INSTANTIATE(float)
LG_INSTANTIATE(double)

}  // namespace levelgrad::cuda
