// SPDX-License-Identifier: MIT
//
// `levelgrad graph`: the graph of one example, with data and grads, as DOT or SVG.
#include <fmt/format.h>

#include <memory>

#include "commands.h"
#include "exit_code.h"
#include "levelgrad/dot.h"
#include "levelgrad/error.h"
#include "levelgrad/host/dataset.h"
#include "levelgrad/host/graph_plot.h"
#include "levelgrad/losses.h"
#include "levelgrad/nn.h"
#include "line_file.h"

namespace levelgrad::app {
namespace {

struct GraphArguments {
  std::string model;
  std::vector<int> hidden = {16, 16};
  std::uint64_t seed = 1337;
  std::size_t example = 0;
  std::string format = "dot";
  bool fold = false;
  std::string output;  ///< empty: stdout
};

std::vector<Value> labelled_inputs(std::span<const double> numbers) {
  std::vector<Value> inputs(numbers.begin(), numbers.end());
  for (std::size_t k = 0; k < inputs.size(); ++k) inputs[k].set_label("x" + std::to_string(k));
  return inputs;
}

/// micrograd's trace_graph example: a neuron of two inputs at (1, -2).
Value neuron_root(const GraphArguments& arguments) {
  PythonRandom random(arguments.seed);
  const Neuron neuron(2, random);
  neuron.set_labels("", 0);
  return neuron(labelled_inputs(std::vector<double>{1.0, -2.0}));
}

/// The hinge loss of one of the moons, neurons labelled so that they can be folded.
Value moons_root(const GraphArguments& arguments) {
  const host::Dataset& data = host::moons();
  if (arguments.example >= data.example_count()) {
    throw UsageError(fmt::format("--example: moons has the examples 0 to {}, not {}",
                                 data.example_count() - 1, arguments.example));
  }
  PythonRandom random(arguments.seed);
  std::vector<int> outputs = arguments.hidden;
  outputs.push_back(1);
  const MLP model(static_cast<int>(data.feature_count), outputs, random);
  std::vector<Value> x = labelled_inputs(
      std::span(data.inputs).subspan(arguments.example * data.feature_count, data.feature_count));
  for (std::size_t k = 0; k < model.layers().size(); ++k) {
    x = model.layers()[k](x);
    for (std::size_t i = 0; i < x.size(); ++i) {
      x[i].set_label(fmt::format("layers.{}.out[{}]", k, i));
    }
  }
  const Value loss = hinge(x.front(), data.labels[arguments.example]);
  loss.set_label("loss");
  return loss;
}

int graph(const GraphArguments& arguments) {
  const Value root = arguments.model == "neuron" ? neuron_root(arguments) : moons_root(arguments);
  root.backward();
  const Sketch drawing = sketch(root, arguments.fold ? Fold::ByLabel : Fold::None);
  const std::string text = arguments.format == "svg" ? host::graph_svg(drawing) : to_dot(drawing);
  write_output(text, arguments.output);
  return exit_ok;
}

}  // namespace

Command add_graph(CLI::App& app) {
  auto arguments = std::make_shared<GraphArguments>();
  CLI::App* command = app.add_subcommand("graph", "draw the graph of one example");
  command->add_option("model", arguments->model, "what to draw: moons or neuron")
      ->required()
      ->check(CLI::IsMember({"moons", "neuron"}));
  command->add_option("--hidden", arguments->hidden, "neurons of each hidden layer (moons)")
      ->delimiter(',')
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->add_option("--seed", arguments->seed, "of the weights")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->add_option("--example", arguments->example, "which example, from 0 (moons)")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->add_option("--format", arguments->format, "dot (Graphviz) or svg")
      ->check(CLI::IsMember({"dot", "svg"}))
      ->capture_default_str();
  command->add_flag("--fold", arguments->fold, "one box for each neuron");
  command->add_option("-o,--output", arguments->output, "file to write [stdout]")
      ->type_name("FILE");
  return [arguments] { return graph(*arguments); };
}

}  // namespace levelgrad::app
