// SPDX-License-Identifier: MIT
#include "model_argument.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "levelgrad/error.h"
#include "levelgrad/host/files.h"
#include "levelgrad/host/trained_model.h"
#include "levelgrad/host/trainer.h"
#include "levelgrad/program_text.h"
#include "preset_network.h"
#include "run_folder.h"
#include "train_presets.h"

namespace levelgrad::app {
namespace {

namespace fs = std::filesystem;

/// Examples of a preset as it has them with another number of points and another seed.
host::Dataset more_examples(const std::string& preset, std::size_t count, std::uint64_t seed) {
  constexpr std::size_t least = 3;  // the classes that blobs has
  const PreparedData data =
      preset_network(preset, {{"points", {std::to_string(std::max(count, least))}},
                              {"seed", {std::to_string(seed)}},
                              {"split", {"1", "0", "0"}}})
          .data.data;
  host::Dataset all = data.train;
  for (const host::Dataset* part : {&data.validation, &data.test}) {  // yinyang always has them
    all.inputs.insert(all.inputs.end(), part->inputs.begin(), part->inputs.end());
    all.labels.insert(all.labels.end(), part->labels.begin(), part->labels.end());
  }
  return all;
}

Model preset_model(const std::string& name, const std::vector<int>& hidden) {
  PresetNetwork network = preset_network(name, hidden_values(hidden));
  host::Dataset& data = network.data.data.train;
  Program program = host::record_network(data, network.options, network.data.weights());
  return {name, std::move(program), std::move(data), [name](std::size_t count, std::uint64_t seed) {
            return more_examples(name, count, seed);
          }};
}

/// The Program with its trained numbers as those that it starts from.
Program trained_program(const host::TrainedModel& model) {
  ProgramParts parts = model.program.parts();
  for (std::size_t k = 0; k < parts.parameters.size(); ++k) {
    parts.parameters[k].initial = model.parameters[k];
  }
  return Program(std::move(parts));
}

/// Whether the bytes are a safetensors file: the length of a JSON object, then that.
bool holds_tensors(std::string_view bytes) {
  return bytes.size() > 8 && bytes[7] == '\0' && bytes[8] == '{';
}

Program program_in(const std::string& path) {
  if (fs::is_directory(path)) return trained_program(read_model(path));
  const std::string bytes = host::read_file(path);
  if (!holds_tensors(bytes)) return read_program(bytes, path);
  return trained_program(host::trained_model_from(host::parse_safetensors(bytes, path), path));
}

/// The last part of a path, also of "runs/moons/" and of ".".
std::string last_name(const std::string& path) {
  const fs::path whole = fs::absolute(path).lexically_normal();
  return (whole.has_filename() ? whole : whole.parent_path()).filename().string();
}

}  // namespace

void add_model(CLI::App& command, ModelArgument& argument, const std::string& verb) {
  add_model_name(command, argument.name, verb);
  command.add_option("--hidden", argument.hidden, "neurons of each hidden layer [the preset's]")
      ->delimiter(',')
      ->check(CLI::Range(1, 100000));
}

void add_model_name(CLI::App& command, std::string& name, const std::string& verb) {
  command
      .add_option("model", name,
                  fmt::format("what to {}: a preset ({}), the folder of a run, or a file: a "
                              "model.safetensors or a Program",
                              verb, fmt::join(preset_names(), ", ")))
      ->required()
      ->type_name(fmt::format("FILE:{{{}}}", fmt::join(preset_names(), ",")));
}

Model model_named(const std::string& argument, const std::vector<int>& hidden) {
  if (std::ranges::count(preset_names(), argument) > 0) return preset_model(argument, hidden);
  std::error_code error;
  if (fs::status(argument, error).type() == fs::file_type::not_found) {
    throw UsageError(
        fmt::format("'{}' is neither a file, nor the folder of a run, nor a preset ({})", argument,
                    fmt::join(preset_names(), ", ")));
  }
  if (!hidden.empty()) throw UsageError("--hidden has a meaning for presets only");
  return {last_name(argument), program_in(argument), std::nullopt, nullptr};
}

}  // namespace levelgrad::app
