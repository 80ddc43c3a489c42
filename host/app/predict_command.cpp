// SPDX-License-Identifier: MIT
//
// `levelgrad predict`: what a trained model says of examples.
#include <fmt/format.h>

#include <memory>

#include "commands.h"
#include "data_arguments.h"
#include "exit_code.h"
#include "levelgrad/error.h"
#include "levelgrad/host/metrics.h"
#include "line_file.h"
#include "prepared_data.h"
#include "run_folder.h"
#include "score.h"

namespace levelgrad::app {
namespace {

struct PredictArguments {
  std::string model;
  DataArguments data;
  ExecutorArguments executor;
  bool probabilities = false;
  std::string output;  ///< empty: stdout
};

/// A cell of CSV.
std::string cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string made = "\"";
  for (const char c : text) made += c == '"' ? std::string("\"\"") : std::string(1, c);
  return made + "\"";
}

std::string classes_csv(const host::TrainedModel& model, const std::vector<double>& scores,
                        std::size_t count, bool with_probabilities) {
  const std::size_t classes = model.class_names.size();
  std::string text = cell(model.target_name);
  std::vector<double> shares;
  if (with_probabilities) {
    shares = probabilities(model, scores);
    for (const std::string& name : model.class_names) text += "," + cell("p(" + name + ")");
  }
  text += '\n';
  const auto predicted = host::predicted_classes(scores, scores.size() / count);
  for (std::size_t i = 0; i < count; ++i) {
    text += cell(model.class_names[predicted[i]]);
    for (std::size_t k = 0; k < (shares.empty() ? 0 : classes); ++k) {
      text += fmt::format(",{}", shares[i * classes + k]);
    }
    text += '\n';
  }
  return text;
}

int predict(const PredictArguments& arguments) {
  const host::TrainedModel model = read_model(arguments.model);
  if (arguments.probabilities && model.class_names.empty()) {
    throw UsageError("--probabilities: a model that predicts numbers has none");
  }
  host::Dataset data = examples_for(model, arguments.data, false);
  std::ranges::fill(data.labels, 1.0);  // any label will do, and none is read
  const ExecutorChoice choice = choose_executors(arguments.executor);
  say_math(choice);
  const std::vector<double> scores = score(model, data, choice).scores;
  std::string text;
  if (model.class_names.empty()) {
    text = cell(model.target_name) + "\n";
    for (const double number : in_units(model, scores)) {
      text +=
          model.f32 ? fmt::format("{}\n", static_cast<float>(number)) : fmt::format("{}\n", number);
    }
  } else {
    text = classes_csv(model, scores, data.example_count(), arguments.probabilities);
  }
  write_output(text, arguments.output);
  return exit_ok;
}

}  // namespace

Command add_predict(CLI::App& app) {
  auto arguments = std::make_shared<PredictArguments>();
  CLI::App* command =
      app.add_subcommand("predict", "what a trained model says of examples, as CSV");
  command->add_option("model", arguments->model, "folder of a run, or a model's file")
      ->type_name("FILE")
      ->required();
  add_file_options(*command, arguments->data);
  command->add_flag("--probabilities", arguments->probabilities,
                    "of all classes, behind the class");
  command->add_option("-o,--output", arguments->output, "file to write [stdout]")
      ->type_name("FILE");
  add_executor_options(*command, arguments->executor, false, "what runs the model");
  return [arguments] { return predict(*arguments); };
}

}  // namespace levelgrad::app
