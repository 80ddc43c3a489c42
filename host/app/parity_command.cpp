// SPDX-License-Identifier: MIT
//
// `levelgrad parity`: whether executors give the bits of the reference executor, and what fast mode
// is off.
#include "levelgrad/host/parity.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "commands.h"
#include "executor_choice.h"
#include "exit_code.h"
#include "levelgrad/error.h"
#include "levelgrad/reference_executor.h"
#include "line_file.h"
#include "model_argument.h"

namespace levelgrad::app {
namespace {

struct ParityArguments {
  std::string model;
  std::size_t examples = 0;  ///< 0: the preset's data, or three chunks of random numbers
  int steps = 3;
  std::uint64_t seed = 1;
  std::string dtype = "both";
  ExecutorArguments executors;  ///< none named: all but the reference
  bool json = false;
};

constexpr std::size_t random_examples = 300;

/// [example][input]
std::vector<double> inputs_of(const Model& model, const ParityArguments& arguments) {
  const std::size_t width = model.program.input_count();
  if (model.data) {
    if (arguments.examples == 0) return host::inputs_and_labels(*model.data);
    auto inputs = host::inputs_and_labels(model.generate(arguments.examples, arguments.seed));
    if (inputs.size() < arguments.examples * width) throw InternalError("too few examples");
    inputs.resize(arguments.examples * width);
    return inputs;
  }
  PythonRandom random(arguments.seed);
  const std::size_t count = arguments.examples == 0 ? random_examples : arguments.examples;
  std::vector<double> inputs(count * width);
  for (double& number : inputs) number = random.uniform(-1.0, 1.0);
  return inputs;
}

/// Adds a run for each executor.
template <class T>
void compare_all(const Program& program, const std::vector<double>& inputs,
                 const ExecutorChoice& executors, host::ParityReport& report) {
  const std::vector<T> numbers(inputs.begin(), inputs.end());
  const host::BasicParityCase<T> parity_case = {program, report.example_count, numbers,
                                                report.steps};
  BasicReferenceExecutor<T> reference;
  const auto expected = host::observe(reference, parity_case);
  for (const std::string& name : executors.names) {
    const auto executor = make_executor<T>(name, executors.options);
    const auto found = host::observe(*executor, parity_case);
    host::ParityRun run = {sizeof(T) == 8 ? "f64" : "f32", executor->name(), {}};
    if (report.math == Math::Exact) {
      run.agreements = host::compare(program, expected, found);
    } else {
      run.deviations = host::deviations(expected, found);
      run.bound = host::most_deviation<T>;
    }
    report.runs.push_back(std::move(run));
  }
}

int parity(const ParityArguments& arguments) {
  // What cannot run is told before the reference has run.
  ExecutorChoice executors = choose_executors(arguments.executors);
  if (arguments.executors.names.empty()) std::erase(executors.names, "reference");
  const Model model = model_named(arguments.model, {});
  const Program& program = model.program;
  const std::vector<double> inputs = inputs_of(model, arguments);
  host::ParityReport report = {.model = model.name,
                               .hash = program.hash(),
                               .node_count = program.node_count(),
                               .parameter_count = program.parameter_count(),
                               .example_count = arguments.examples,
                               .steps = arguments.steps,
                               .runs = {},
                               .math = executors.options.math};
  if (report.example_count == 0) {
    report.example_count = model.data ? model.data->example_count() : random_examples;
  }
  say_math(executors);
  if (!executors.note.empty()) fmt::print(stderr, "levelgrad: {}\n", executors.note);
  if (arguments.dtype != "f32") compare_all<double>(program, inputs, executors, report);
  if (arguments.dtype != "f64") compare_all<float>(program, inputs, executors, report);
  const std::string text = arguments.json ? host::parity_json(report) : host::parity_table(report);
  LineFile().write_bytes(text);
  return report.as_promised() ? exit_ok : exit_parity;
}

}  // namespace

Command add_parity(CLI::App& app) {
  auto arguments = std::make_shared<ParityArguments>();
  CLI::App* command =
      app.add_subcommand("parity", "compare executors with the reference, bit by bit");
  add_model_name(*command, arguments->model, "run");
  command
      ->add_option("--examples", arguments->examples,
                   "how many, generated [a preset's own data; 300 for a file]")
      ->check(CLI::Range(1, 10000000));
  command->add_option("--steps", arguments->steps, "training steps of each optimizer")
      ->check(CLI::Range(0, 1000000))
      ->capture_default_str();
  command->add_option("--seed", arguments->seed, "of what is generated")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--dtype", arguments->dtype, "f64, f32 or both")
      ->check(CLI::IsMember({"f64", "f32", "both"}))
      ->capture_default_str();
  add_executor_options(
      *command, arguments->executors, true,
      "what is compared, several with commas [all that can run, but the reference]");
  command->add_flag("--json", arguments->json, "one JSON object instead of a table");
  return [arguments] { return parity(*arguments); };
}

}  // namespace levelgrad::app
