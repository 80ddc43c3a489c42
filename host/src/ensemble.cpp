// SPDX-License-Identifier: MIT
#include "levelgrad/host/ensemble.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <type_traits>
#include <variant>

#include "thread_pool.h"

namespace levelgrad::host {
namespace {

/// Whether the optimizer keeps numbers from step to step, which only load() sets to 0.
template <class T>
bool keeps_state(const BasicUpdate<T>& update) {
  return std::visit(
      [](const auto& scalars) {
        using Optimizer = typename std::remove_cvref_t<decltype(scalars)>::Optimizer;
        return !std::is_empty_v<typename Optimizer::template State<T>>;
      },
      update.scalars());
}

/// Trains models one after the other in one thread.
template <class T>
class EnsembleWorker {
public:
  void train(const Program& program, const BasicEnsemble<T>& ensemble,
             const ExecutorMaker<T>& make_executor, std::size_t model,
             BasicModelReport<T>& report) {
    const std::size_t steps = ensemble.batches.size(), width = program.parameter_count();
    const auto updates = ensemble.updates.subspan(model * steps, steps);
    // Loading takes as long as ten steps of the moons, of host-native sixty: only where needed.
    if (!executor_) {
      executor_ = make_executor();
      executor_->load(program);
    } else if (!updates.empty() && keeps_state<T>(updates.front())) {
      executor_->load(program);
    }
    executor_->set_parameters(ensemble.parameters.subspan(model * width, width));
    BasicStepsReport<T> done = executor_->run_steps({.example_count = ensemble.example_count,
                                                     .inputs = ensemble.inputs,
                                                     .batches = ensemble.batches,
                                                     .updates = updates});
    report = {std::move(done.losses), done.finite, executor_->parameters()};
  }

private:
  std::unique_ptr<BasicExecutor<T>> executor_;
};

}  // namespace

template <class T>
std::vector<BasicModelReport<T>> train_ensemble(const Program& program,
                                                const BasicEnsemble<T>& ensemble,
                                                const ExecutorMaker<T>& make_executor,
                                                std::size_t threads,
                                                const EnsembleProgress& progress) {
  check_ensemble(program, ensemble);
  ThreadPool pool(std::min(std::max<std::size_t>(threads, 1), ensemble.model_count));
  std::vector<EnsembleWorker<T>> workers(pool.thread_count());
  std::vector<BasicModelReport<T>> reports(ensemble.model_count);
  std::atomic<bool> stopped = false;
  std::mutex mutex;  // of what is done
  std::size_t done = 0;
  pool.run(ensemble.model_count, [&](std::size_t model, std::size_t thread) {
    if (stopped) return;
    workers[thread].train(program, ensemble, make_executor, model, reports[model]);
    const std::lock_guard lock(mutex);
    ++done;
    if (progress && !progress(done)) stopped = true;
  });
  return reports;
}

#define LG_INSTANTIATE(T)                                                            \
  template std::vector<BasicModelReport<T>> train_ensemble(                          \
      const Program&, const BasicEnsemble<T>&, const ExecutorMaker<T>&, std::size_t, \
      const EnsembleProgress&);
LG_INSTANTIATE(float)
LG_INSTANTIATE(double)

}  // namespace levelgrad::host
