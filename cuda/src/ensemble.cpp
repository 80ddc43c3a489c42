// SPDX-License-Identifier: MIT
#include "levelgrad/cuda/ensemble.h"

#include <algorithm>
#include <optional>

#include "fused_steps.h"
#include "levelgrad/batch_order.h"
#include "levelgrad/cuda/devices.h"
#include "levelgrad/error.h"
#include "optimizer_kind.h"
#include "process_cache.h"

namespace levelgrad::cuda {
namespace {

/// Models of one launch: so many that the GPU is full for long, so few that a launch can be
/// awaited.
constexpr std::size_t most_models = 8192;

/// What is known of all models, and their common memory.
template <class T>
class EnsembleRun {
public:
  EnsembleRun(const Program& program, const BasicEnsemble<T>& ensemble, const FusedOptions& options)
      : program_(program),
        ensemble_(ensemble),
        kind_(kind_of<T>(ensemble.updates.front())),
        schedules_(1, Schedule(program)),
        layout_(schedules_),
        stream_(make_stream()),
        kernel_(schedules_.front(), layout_, kind_.name, kind_.state_bytes, options.device,
                options.cache ? *options.cache : process_cache(), stream_.get()),
        list_(steps(), std::span(&program, 1)) {
    list_.throw_error();
    inputs_.upload(ensemble.inputs, stream_.get());
    indices_.upload(list_.indices(), stream_.get());
    for (const auto& batch : ensemble.batches) counts_.push_back(batch.size());
  }

  /// Appends the reports of some models.
  void run(std::size_t first, std::size_t models, std::vector<BasicModelReport<T>>& reports) {
    const std::size_t width = program_.parameter_count(), steps = counts_.size();
    const auto room = [](std::size_t count) { return std::max<std::size_t>(count, 1); };
    DeviceArray<T> parameters, grads, losses;
    DeviceArray<unsigned char> states;
    DeviceArray<int> flags;
    parameters.upload(ensemble_.parameters.subspan(first * width, models * width), stream_.get());
    states.upload(std::vector<unsigned char>(room(models * width * kind_.state_bytes), 0),
                  stream_.get());
    flags.upload(std::vector<int>(2 * models, 0), stream_.get());
    grads.reserve(room(models * width));
    losses.reserve(models * steps);
    kernel_.run(list_, counts_, ensemble_.updates.subspan(first * steps, models * steps),
                {inputs_.data(), indices_.data(), parameters.data(), states.data(), grads.data(),
                 losses.data(), flags.data(), models},
                stream_.get());
    const std::vector<T> all_parameters = read(parameters, models * width);
    const std::vector<T> all_losses = read(losses, models * steps);
    const std::vector<int> all_flags = read(flags, 2 * models);
    for (std::size_t m = 0; m < models; ++m) {
      const auto own = all_parameters.begin() + static_cast<std::ptrdiff_t>(m * width);
      const auto lost = all_losses.begin() + static_cast<std::ptrdiff_t>(m * steps);
      reports.push_back({{lost, lost + all_flags[2 * m + 1]},
                         all_flags[2 * m] == 0,
                         {own, own + static_cast<std::ptrdiff_t>(width)}});
    }
  }

private:
  [[nodiscard]] BasicSteps<T> steps() {
    steps_ = {.example_count = ensemble_.example_count,
              .inputs = ensemble_.inputs,
              .batches = ensemble_.batches,
              .updates = ensemble_.updates.first(ensemble_.batches.size())};
    return steps_;
  }
  template <class Number>
  [[nodiscard]] std::vector<Number> read(const DeviceArray<Number>& from, std::size_t count) {
    std::vector<Number> numbers(count);
    if (count == 0) return numbers;
    LG_CUDA(cudaMemcpyAsync(numbers.data(), from.data(), count * sizeof(Number),
                            cudaMemcpyDeviceToHost, stream_.get()));
    LG_CUDA(cudaStreamSynchronize(stream_.get()));
    return numbers;
  }

  const Program& program_;
  const BasicEnsemble<T>& ensemble_;
  OptimizerKind kind_;
  std::vector<Schedule> schedules_;
  UniformLayout layout_;
  Stream stream_;
  FusedSteps<T> kernel_;
  BasicSteps<T> steps_;
  StepList<T> list_;
  DeviceArray<T> inputs_;
  DeviceArray<unsigned> indices_;
  std::vector<std::size_t> counts_;
};

/// Whether the batches are small enough for one launch to pay.
template <class T>
bool fits(const BasicEnsemble<T>& ensemble) {
  return std::ranges::all_of(ensemble.batches, [](const auto& batch) {
    return chunk_count(batch.size()) <= FusedSteps<T>::most_chunks;
  });
}

}  // namespace

template <class T>
std::vector<BasicModelReport<T>> train_ensemble(const Program& program,
                                                const BasicEnsemble<T>& ensemble,
                                                const FusedOptions& options) {
  check_ensemble(program, ensemble);
  BasicFusedExecutor<T> alone(options);  // says what is wrong with the device
  const auto one_by_one = [&] {
    return train_one_by_one(alone, program, ensemble, 0, ensemble.model_count);
  };
  if (ensemble.batches.empty() || !fits(ensemble)) return one_by_one();
  LG_CUDA(cudaSetDevice(options.device));
  std::optional<EnsembleRun<T>> run;
  try {
    run.emplace(program, ensemble, options);
  } catch (const CompilerError&) {
    return one_by_one();
  }
  std::vector<BasicModelReport<T>> reports;
  for (std::size_t first = 0, models = most_models; first < ensemble.model_count;) {
    const std::size_t count = std::min(models, ensemble.model_count - first);
    try {
      run->run(first, count, reports);
      first += count;
    } catch (const OutOfDeviceMemory&) {
      if (count == 1) throw;
      models = count / 2;
    }
  }
  return reports;
}

template std::vector<BasicModelReport<float>> train_ensemble(const Program&,
                                                             const BasicEnsemble<float>&,
                                                             const FusedOptions&);
template std::vector<BasicModelReport<double>> train_ensemble(const Program&,
                                                              const BasicEnsemble<double>&,
                                                              const FusedOptions&);

}  // namespace levelgrad::cuda
