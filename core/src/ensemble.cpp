// SPDX-License-Identifier: MIT
#include "levelgrad/ensemble.h"

#include <algorithm>
#include <string>

#include "levelgrad/error.h"

namespace levelgrad {

template <class T>
void check_ensemble(const Program& program, const BasicEnsemble<T>& ensemble) {
  const auto require = [](bool holds, const std::string& what) {
    if (!holds) throw ShapeError("an ensemble " + what);
  };
  const std::size_t models = ensemble.model_count;
  require(models > 0, "without models");
  require(ensemble.parameters.size() == models * program.parameter_count(),
          "of " + std::to_string(models) + " models with " +
              std::to_string(ensemble.parameters.size()) + " numbers for " +
              std::to_string(program.parameter_count()) + " parameters each");
  require(ensemble.updates.size() == models * ensemble.batches.size(),
          "of " + std::to_string(models) + " models and " +
              std::to_string(ensemble.batches.size()) + " steps with " +
              std::to_string(ensemble.updates.size()) + " updates");
  require(ensemble.inputs.size() == ensemble.example_count * program.input_count(),
          "whose inputs are not those of " + std::to_string(ensemble.example_count) + " examples");
  for (const auto& batch : ensemble.batches) {
    require(!batch.empty(), "with a batch without examples");
    require(std::ranges::all_of(batch, [&](auto i) { return i < ensemble.example_count; }),
            "with an example that the data set does not have");
  }
  for (const BasicUpdate<T>& update : ensemble.updates) {
    if (!update.same_optimizer(ensemble.updates.front())) {
      throw ArgumentError("an ensemble with several optimizers");
    }
  }
}

template <class T>
std::vector<BasicModelReport<T>> train_one_by_one(BasicExecutor<T>& executor,
                                                  const Program& program,
                                                  const BasicEnsemble<T>& ensemble,
                                                  std::size_t first, std::size_t count) {
  check_ensemble(program, ensemble);
  std::vector<BasicModelReport<T>> reports;
  const std::size_t width = program.parameter_count(), steps = ensemble.batches.size();
  for (std::size_t model = first; model < first + count; ++model) {
    executor.load(program);  // its optimizer starts at 0
    executor.set_parameters(ensemble.parameters.subspan(model * width, width));
    const BasicStepsReport<T> done =
        executor.run_steps({.example_count = ensemble.example_count,
                            .inputs = ensemble.inputs,
                            .batches = ensemble.batches,
                            .updates = ensemble.updates.subspan(model * steps, steps)});
    reports.push_back({done.losses, done.finite, executor.parameters()});
  }
  return reports;
}

#define LG_INSTANTIATE(T)                                                \
  template void check_ensemble(const Program&, const BasicEnsemble<T>&); \
  template std::vector<BasicModelReport<T>> train_one_by_one(            \
      BasicExecutor<T>&, const Program&, const BasicEnsemble<T>&, std::size_t, std::size_t);
LG_INSTANTIATE(float)
LG_INSTANTIATE(double)

}  // namespace levelgrad
