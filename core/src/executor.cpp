// SPDX-License-Identifier: MIT
#include "levelgrad/executor.h"

#include "levelgrad/error.h"

namespace levelgrad {
namespace {

/// The examples of one batch, copied together.
template <class T>
class Gathered {
public:
  void take(const BasicSteps<T>& steps, std::span<const std::uint32_t> indices) {
    if (steps.example_count == 0 || steps.inputs.size() % steps.example_count != 0) {
      throw ShapeError("run_steps: the inputs are not [example][input]");
    }
    const std::size_t width = steps.inputs.size() / steps.example_count;
    inputs_.clear();
    programs_.clear();
    for (const std::uint32_t index : indices) {
      if (index >= steps.example_count) {
        throw ShapeError("run_steps: no example " + std::to_string(index) + " in a data set of " +
                         std::to_string(steps.example_count));
      }
      const std::span<const T> row = steps.inputs.subspan(index * width, width);
      inputs_.insert(inputs_.end(), row.begin(), row.end());
      if (!steps.programs.empty()) programs_.push_back(steps.programs[index]);
    }
    count_ = indices.size();
  }
  [[nodiscard]] BasicBatch<T> batch() const {
    return {count_, inputs_, Layout::ByExample, programs_};
  }

private:
  std::size_t count_ = 0;
  std::vector<T> inputs_;
  std::vector<std::uint32_t> programs_;
};

}  // namespace

template <class T>
BasicStepsReport<T> BasicExecutor<T>::run_steps(const BasicSteps<T>& steps) {
  if (steps.updates.size() != steps.batches.size()) {
    throw ShapeError("run_steps: " + std::to_string(steps.batches.size()) + " batches and " +
                     std::to_string(steps.updates.size()) + " updates");
  }
  if (!steps.programs.empty() && steps.programs.size() != steps.example_count) {
    throw ShapeError("run_steps: a Program must be named for every example or for none");
  }
  BasicStepsReport<T> report;
  Gathered<T> gathered;
  for (std::size_t k = 0; k < steps.batches.size() && report.finite; ++k) {
    gathered.take(steps, steps.batches[k]);
    T loss = 0;
    BasicResults<T> results{.loss = std::span(&loss, 1)};
    results.backward = true;
    run(gathered.batch(), results);
    report.losses.push_back(loss);
    report.finite = math::is_finite(loss) && update(steps.updates[k]);
  }
  return report;
}

template <class T>
void check_batch(const BasicBatch<T>& batch, std::span<const Program> programs,
                 const BasicResults<T>& results) {
  const auto require = [](std::size_t found, std::size_t wanted, const std::string& what) {
    if (found != wanted) {
      throw ShapeError(what + ": " + std::to_string(found) + " numbers, not " +
                       std::to_string(wanted));
    }
  };
  const auto require_rows = [&](std::size_t found, std::size_t width, const std::string& what) {
    // Not n * width, which may be beyond a size_t.
    const std::size_t rows = batch.example_count;
    if (width == 0 ? found != 0 : found / width != rows || found % width != 0) {
      throw ShapeError(what + ": " + std::to_string(found) + " numbers, not " +
                       std::to_string(rows) + " times " + std::to_string(width));
    }
  };
  if (programs.empty()) throw ArgumentError("an executor without a Program", "load one first");
  const Program& program = programs.front();
  const std::size_t n = batch.example_count;
  if (n == 0) throw ArgumentError("a batch without examples");
  constexpr std::size_t most = std::size_t{1} << 48;
  if (n > most) throw ArgumentError("a batch of more than 2^48 examples");
  require_rows(batch.inputs.size(), program.input_count(), "inputs");
  if (!batch.programs.empty()) require(batch.programs.size(), n, "the batch's list of Programs");
  for (const std::uint32_t index : batch.programs) {
    if (index >= programs.size()) {
      throw ArgumentError("a batch names Program " + std::to_string(index) + ", and there are " +
                          std::to_string(programs.size()));
    }
  }
  if (!results.loss.empty()) require(results.loss.size(), 1, "loss");
  if (results.outputs.size() > program.outputs().size()) {
    throw ShapeError("more outputs are wanted than the Program has");
  }
  for (std::size_t k = 0; k < results.outputs.size(); ++k) {
    if (results.outputs[k].empty()) continue;
    const ProgramParts::Output& output = program.outputs()[k];
    require(results.outputs[k].size(), program.varying(output.node) ? n : 1,
            "output '" + output.name + "'");
  }
  if (!results.grads.empty()) require(results.grads.size(), program.parameter_count(), "grads");
  if (!results.example_grads.empty()) {
    require_rows(results.example_grads.size(), program.parameter_count(), "example_grads");
  }
  if (!results.input_grads.empty()) {
    require_rows(results.input_grads.size(), program.input_count(), "input_grads");
  }
}

void check_programs(std::span<const Program> programs) {
  if (programs.empty()) throw ArgumentError("an executor was given no Program");
  for (const Program& other : programs.subspan(1)) check_same_shared_part(programs[0], other);
}

template class BasicExecutor<float>;
template class BasicExecutor<double>;
template void check_batch(const BasicBatch<float>&, std::span<const Program>,
                          const BasicResults<float>&);
template void check_batch(const BasicBatch<double>&, std::span<const Program>,
                          const BasicResults<double>&);

}  // namespace levelgrad
