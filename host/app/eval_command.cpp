// SPDX-License-Identifier: MIT
//
// `levelgrad eval`: how good a trained model is on examples.
#include <fmt/format.h>

#include <memory>

#include "commands.h"
#include "data_arguments.h"
#include "exit_code.h"
#include "json_text.h"
#include "levelgrad/host/metrics.h"
#include "levelgrad/host/trainer.h"
#include "line_file.h"
#include "prepared_data.h"
#include "run_folder.h"
#include "score.h"

namespace levelgrad::app {
namespace {

struct EvalArguments {
  std::string model;
  DataArguments data;
  ExecutorArguments executor;
  bool json = false;
};

void add_classes(host::JsonWriter& json, const host::TrainedModel& model,
                 const host::Confusion& confusion) {
  const auto metrics = host::class_metrics(confusion);
  json.key("classes");
  json.open('[');
  for (std::size_t k = 0; k < metrics.size(); ++k) {
    json.open('{');
    json.member("class", model.class_names[k]);
    json.member("precision", metrics[k].precision);
    json.member("recall", metrics[k].recall);
    json.member("f1", metrics[k].f1);
    json.member("examples", metrics[k].support);
    json.key("predicted");
    json.open('[');
    for (std::size_t other = 0; other < metrics.size(); ++other) {
      json.value(confusion.count(k, other));
    }
    json.close(']');
    json.close('}');
  }
  json.close(']');
}

/// The table for people, or the same as JSON.
std::string written(const host::TrainedModel& model, const host::Dataset& data,
                    const Scored& scored, bool as_json) {
  host::JsonWriter json;
  json.open('{');
  json.member("examples", data.example_count());
  json.member("loss", scored.loss);
  std::string text = fmt::format("{} examples, loss {}\n", data.example_count(), scored.loss);
  if (model.class_names.empty()) {
    const auto metrics =
        host::regression_metrics(in_units(model, data.labels), in_units(model, scored.scores));
    json.member("mean_squared_error", metrics.mean_squared_error);
    json.member("mean_absolute_error", metrics.mean_absolute_error);
    json.member("r2", metrics.r2);
    text += host::metrics_table(metrics);
  } else {
    const host::Confusion confusion = confusion_of(model, data, scored);
    json.member("accuracy", host::accuracy(confusion));
    add_classes(json, model, confusion);
    text += host::metrics_table(confusion, model.class_names);
  }
  json.close('}');
  return as_json ? json.take() : text;
}

int evaluate(const EvalArguments& arguments) {
  const host::TrainedModel model = read_model(arguments.model);
  const host::Dataset data = examples_for(model, arguments.data, true);
  const ExecutorChoice choice = choose_executors(arguments.executor);
  say_math(choice);
  write_output(written(model, data, score(model, data, choice), arguments.json), "");
  return exit_ok;
}

}  // namespace

Command add_eval(CLI::App& app) {
  auto arguments = std::make_shared<EvalArguments>();
  CLI::App* command = app.add_subcommand("eval", "how good a trained model is on examples");
  command->add_option("model", arguments->model, "folder of a run, or a model's file")
      ->type_name("FILE")
      ->required();
  add_file_options(*command, arguments->data);
  command->add_flag("--json", arguments->json, "print an object instead of a table");
  add_executor_options(*command, arguments->executor, false, "what runs the model");
  return [arguments] { return evaluate(*arguments); };
}

}  // namespace levelgrad::app
