// SPDX-License-Identifier: MIT
#include "levelgrad/host/checkpoint.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <limits>

#include "levelgrad/error.h"
#include "levelgrad/host/parameter_tensors.h"
#include "levelgrad/host/sha256.h"
#include "tensor_fields.h"

namespace levelgrad::host {
namespace {

template <class N>
std::string_view bytes_of(std::span<const N> numbers) {
  return {reinterpret_cast<const char*>(numbers.data()), numbers.size_bytes()};
}

/// Adds numbers with their count in front, so that no two lists of lists are alike.
template <class N>
void add(Sha256& hash, std::span<const N> numbers) {
  static_assert(std::endian::native == std::endian::little);
  const std::uint64_t count = numbers.size();
  hash.add(bytes_of(std::span<const std::uint64_t>(&count, 1)));
  hash.add(bytes_of(numbers));
}

void append(std::vector<Tensor>& tensors, std::vector<Tensor> more) {
  for (Tensor& tensor : more) tensors.push_back(std::move(tensor));
}

/// The names of the numbers in the optimizer's state; none where there was no update.
std::vector<std::string> names_of(const std::string& optimizer) {
  std::vector<std::string> names;
  if (optimizer.empty()) return names;
  with_optimizer(optimizer, [&]<class Optimizer>() { names = state_names<Optimizer>(); });
  return names;
}

std::string state_prefix(const std::string& number) { return "optimizer." + number + "."; }

/// Every width-th number, from the first.
template <class T>
std::vector<T> column(const std::vector<T>& numbers, std::size_t first, std::size_t width) {
  std::vector<T> own;
  for (std::size_t i = first; i < numbers.size(); i += width) own.push_back(numbers[i]);
  return own;
}

template <class T>
void add_optimizer(TensorFile& file, const Program& program,
                   const BasicOptimizerState<T>& optimizer) {
  file.metadata["optimizer"] = optimizer.optimizer;
  const std::vector<std::string> names = names_of(optimizer.optimizer);
  for (std::size_t k = 0; k < names.size(); ++k) {
    append(file.tensors, parameter_tensors<T>(program, column(optimizer.numbers, k, names.size()),
                                              state_prefix(names[k])));
  }
}

template <class T>
BasicOptimizerState<T> optimizer_from(const TensorFields& fields, const TensorFile& file,
                                      const std::string& name, const Program& program) {
  BasicOptimizerState<T> optimizer = {fields.text("optimizer"), {}};
  std::vector<std::string> names;
  try {
    names = names_of(optimizer.optimizer);
  } catch (const ArgumentError& error) {
    fields.refuse(error.message());
  }
  optimizer.numbers.resize(names.size() * program.parameter_count());
  for (std::size_t k = 0; k < names.size(); ++k) {
    const auto own = parameters_of<T>(program, file.tensors, name, state_prefix(names[k]));
    for (std::size_t i = 0; i < own.size(); ++i) optimizer.numbers[i * names.size() + k] = own[i];
  }
  return optimizer;
}

constexpr double none = std::numeric_limits<double>::quiet_NaN();

void add_reports(TensorFile& file, const std::vector<StepReport>& reports) {
  std::vector<std::int64_t> steps;
  std::vector<double> losses, accuracies, validation_losses, validation_accuracies;
  for (const StepReport& report : reports) {
    steps.push_back(report.step);
    losses.push_back(report.loss);
    accuracies.push_back(report.accuracy);
    validation_losses.push_back(report.validation ? report.validation->loss : none);
    validation_accuracies.push_back(report.validation ? report.validation->accuracy : none);
  }
  const bool validated = !reports.empty() && reports.front().validation;
  file.tensors.push_back(to_tensor<std::int64_t>("history.step", steps));
  file.tensors.push_back(to_tensor<double>("history.loss", losses));
  file.tensors.push_back(to_tensor<double>("history.accuracy", accuracies));
  if (!validated) return;
  file.tensors.push_back(to_tensor<double>("history.validation_loss", validation_losses));
  file.tensors.push_back(to_tensor<double>("history.validation_accuracy", validation_accuracies));
}

std::vector<StepReport> reports_from(const TensorFields& fields) {
  const auto steps = fields.numbers<std::int64_t>("history.step");
  const auto list = [&](const std::string& name) {
    std::vector<double> numbers = fields.numbers<double>("history." + name);
    if (numbers.size() != steps.size()) fields.refuse("a history of several lengths");
    return numbers;
  };
  const auto losses = list("loss"), accuracies = list("accuracy");
  std::vector<StepReport> reports;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    reports.push_back({static_cast<int>(steps[i]), losses[i], accuracies[i]});
  }
  if (fields.has("history.validation_loss")) {
    const auto validation = list("validation_loss"), right = list("validation_accuracy");
    for (std::size_t i = 0; i < steps.size(); ++i) {
      reports[i].validation = {validation[i], right[i]};
    }
  }
  return reports;
}

int step_from(const TensorFields& fields) {
  const std::string& text = fields.text("step");
  int step = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), step);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size() || step < 0) {
    fields.refuse("the step '" + text + "' is no number");
  }
  return step;
}

}  // namespace

template <class T>
TensorFile to_tensors(const Checkpoint<T>& checkpoint) {
  const Program& program = checkpoint.model.program;
  TensorFile file = to_tensors(checkpoint.model);
  if (!checkpoint.best_parameters.empty()) {
    append(file.tensors, parameter_tensors<T>(program, checkpoint.best_parameters, "best."));
  }
  add_optimizer(file, program, checkpoint.state.optimizer);
  add_reports(file, checkpoint.reports);
  file.metadata["step"] = std::to_string(checkpoint.state.step);
  file.metadata["config"] = checkpoint.config;
  file.metadata["data"] = checkpoint.data_hash;
  return file;
}

template <class T>
Checkpoint<T> checkpoint_from(const TensorFile& file, const std::string& name) {
  const TensorFields fields(file, name);
  if (!file.metadata.contains("step")) fields.refuse("not a checkpoint that training can resume");
  Checkpoint<T> checkpoint{.model = trained_model_from(file, name)};
  const Program& program = checkpoint.model.program;
  if (checkpoint.model.f32 != (sizeof(T) == 4)) {
    fields.refuse(checkpoint.model.f32 ? "a training in f32" : "a training in f64");
  }
  checkpoint.state.step = step_from(fields);
  checkpoint.state.parameters = parameters_of<T>(program, file.tensors, name);
  checkpoint.state.optimizer = optimizer_from<T>(fields, file, name, program);
  const bool has_best = std::ranges::any_of(
      file.tensors, [](const Tensor& tensor) { return tensor.name.starts_with("best."); });
  if (has_best) checkpoint.best_parameters = parameters_of<T>(program, file.tensors, name, "best.");
  checkpoint.reports = reports_from(fields);
  checkpoint.config = fields.text("config");
  checkpoint.data_hash = fields.text("data");
  return checkpoint;
}

std::string data_hash(std::span<const Dataset* const> data) {
  Sha256 hash;
  for (const Dataset* set : data) {
    add<double>(hash, set->inputs);
    add<double>(hash, set->labels);
  }
  return hash.take_hex();
}

template <class T>
std::string fingerprint(const TrainerState<T>& state) {
  Sha256 hash;
  add<T>(hash, state.parameters);
  add<T>(hash, state.optimizer.numbers);
  return hash.take_hex();
}

#define LG_INSTANTIATE(T)                                                        \
  template TensorFile to_tensors(const Checkpoint<T>&);                          \
  template Checkpoint<T> checkpoint_from(const TensorFile&, const std::string&); \
  template std::string fingerprint(const TrainerState<T>&);
LG_INSTANTIATE(float)
LG_INSTANTIATE(double)
#undef LG_INSTANTIATE

}  // namespace levelgrad::host
