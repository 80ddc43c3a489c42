// SPDX-License-Identifier: MIT
//
// `levelgrad graph`: the graph of one example, with data and grads, as DOT or SVG.
#include <fmt/format.h>

#include <memory>
#include <optional>

#include "commands.h"
#include "exit_code.h"
#include "levelgrad/dot.h"
#include "levelgrad/error.h"
#include "levelgrad/host/graph_plot.h"
#include "levelgrad/host/trainer.h"
#include "levelgrad/losses.h"
#include "line_file.h"
#include "preset_network.h"
#include "train_presets.h"

namespace levelgrad::app {
namespace {

struct GraphArguments {
  std::string model;
  std::vector<int> hidden;  ///< empty: the preset's
  std::optional<std::uint64_t> seed;
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
  PythonRandom random(arguments.seed.value_or(1337));
  const Neuron neuron(2, random);
  neuron.set_labels("", 0);
  return neuron(labelled_inputs(std::vector<double>{1.0, -2.0}));
}

/// The loss of a network's scores for one label.
Value loss_of(host::Loss loss, const std::vector<Value>& scores, double label) {
  switch (loss) {
    case host::Loss::Hinge:
      return hinge(scores.front(), label);
    case host::Loss::BinaryCrossEntropy:
      return binary_cross_entropy(scores.front(), label);
    case host::Loss::CrossEntropy:
      return cross_entropy(scores, static_cast<std::size_t>(label));
    default:
      return squared_error(scores.front(), Value(label));
  }
}

/// The loss of one of a preset's examples, neurons labelled so that they can be folded.
Value preset_root(const GraphArguments& arguments) {
  OptionValues named = hidden_values(arguments.hidden);
  if (arguments.seed) named["seed"] = {std::to_string(*arguments.seed)};
  const PresetNetwork network = preset_network(arguments.model, named);
  const host::Dataset& data = network.data.data.train;
  if (arguments.example >= data.example_count()) {
    throw UsageError(fmt::format("--example: {} has the examples 0 to {}, not {}", arguments.model,
                                 data.example_count() - 1, arguments.example));
  }
  const MLP model = host::make_network(data, network.options, network.data.weights());
  std::vector<Value> x = labelled_inputs(
      std::span(data.inputs).subspan(arguments.example * data.feature_count, data.feature_count));
  for (std::size_t k = 0; k < model.layers().size(); ++k) {
    x = model.layers()[k](x);
    for (std::size_t i = 0; i < x.size(); ++i) {
      x[i].set_label(fmt::format("layers.{}.out[{}]", k, i));
    }
  }
  const Value loss = loss_of(network.options.loss, x, data.labels[arguments.example]);
  loss.set_label("loss");
  return loss;
}

int graph(const GraphArguments& arguments) {
  const Value root = arguments.model == "neuron" ? neuron_root(arguments) : preset_root(arguments);
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
  std::vector<std::string> models = preset_names();
  models.emplace_back("neuron");
  command
      ->add_option("model", arguments->model,
                   "what to draw: the loss of a preset's example, or a neuron")
      ->required()
      ->check(CLI::IsMember(models));
  command->add_option("--hidden", arguments->hidden, "neurons of each hidden layer [the preset's]")
      ->delimiter(',')
      ->check(CLI::Range(1, 1000));
  command
      ->add_option("--seed", arguments->seed,
                   "of what is generated and of the weights [the preset's; neuron 1337]")
      ->check(CLI::NonNegativeNumber);
  command->add_option("--example", arguments->example, "which example of a preset, from 0")
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
