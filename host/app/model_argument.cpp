// SPDX-License-Identifier: MIT
#include "model_argument.h"

#include <array>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "levelgrad/error.h"
#include "levelgrad/host/files.h"
#include "levelgrad/host/presets.h"
#include "levelgrad/host/trainer.h"
#include "levelgrad/host/yin_yang.h"
#include "levelgrad/program_text.h"

namespace levelgrad::app {
namespace {

/// A recording holds some 1,400 bytes for each weight.
constexpr double most_weights = 1e6;

/// Makes the network of a demo in a Graph of its own and records it.
Program recorded(const host::TrainOptions& options, std::vector<int> layers, int output_count,
                 const WeightSource& weights) {
  if (layers.empty()) layers = options.hidden;
  layers.push_back(output_count);
  double weight_count = 0;
  double inputs = 2;
  for (const int neurons : layers) {
    weight_count += inputs * neurons;
    inputs = neurons;
  }
  if (weight_count > most_weights) {
    throw UsageError("--hidden: more than a million weights: use fewer neurons");
  }
  Graph graph;
  const Graph::Use use(graph);
  const MLP model(2, layers, weights, options.activation);
  return host::record_loss(model, options.loss, {options.l1, options.l2});
}

Model moons(const std::vector<int>& hidden) {
  PythonRandom random(1337);
  const auto generate = [](std::size_t count, std::uint64_t seed) {
    PythonRandom points(seed);
    return host::make_moons(count, 0.1, points);
  };
  return {"moons", recorded({}, hidden, 1, random), host::moons(), generate};
}

Model yin_yang(const std::vector<int>& hidden) {
  XorShift64Star random(42);
  host::Dataset data = host::yin_yang(random, 100).train;  // the weights follow in the same stream
  const auto generate = [](std::size_t count, std::uint64_t seed) {
    XorShift64Star points(seed);
    // Four fifths of the points are for training.
    return host::yin_yang(points, static_cast<int>(count + count / 4 + 2)).train;
  };
  return {"yinyang", recorded(host::yin_yang_options(), hidden, 3, random), std::move(data),
          generate};
}

struct Preset {
  std::string_view name;
  Model (*model)(const std::vector<int>& hidden);
};
constexpr std::array<Preset, 2> presets = {{{"moons", moons}, {"yinyang", yin_yang}}};

std::string preset_names(const char* between) {
  std::string names;
  for (const Preset& preset : presets) {
    names += (names.empty() ? "" : between) + std::string(preset.name);
  }
  return names;
}

}  // namespace

void add_model(CLI::App& command, ModelArgument& argument, const std::string& verb) {
  add_model_name(command, argument.name, verb);
  command
      .add_option("--hidden", argument.hidden,
                  "neurons of each hidden layer [moons 16,16, yinyang 8]")
      ->delimiter(',')
      ->check(CLI::Range(1, 100000));
}

void add_model_name(CLI::App& command, std::string& name, const std::string& verb) {
  command
      .add_option("model", name,
                  "what to " + verb + ": " + preset_names(" or ") + ", or a Program file")
      ->required()
      ->type_name("FILE:{" + preset_names(",") + "}");
}

Model model_named(const std::string& argument, const std::vector<int>& hidden) {
  for (const Preset& preset : presets) {
    if (preset.name == argument) return preset.model(hidden);
  }
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(argument, error);
  if (status.type() == std::filesystem::file_type::not_found) {
    throw UsageError("'" + argument + "' is neither a file nor a preset (" + preset_names(" or ") +
                     ")");
  }
  if (!hidden.empty()) throw UsageError("--hidden has no meaning for a Program file");
  return {std::filesystem::path(argument).filename().string(),
          read_program(host::read_file(argument), argument), std::nullopt, nullptr};
}

}  // namespace levelgrad::app
