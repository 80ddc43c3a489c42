// SPDX-License-Identifier: MIT
//
// `levelgrad plot`: the pictures of a run again, from its checkpoint.
#include <memory>

#include "commands.h"
#include "exit_code.h"
#include "levelgrad/error.h"
#include "levelgrad/host/checkpoint.h"
#include "levelgrad/host/run_history.h"
#include "resume.h"
#include "run_folder.h"
#include "run_pictures.h"

namespace levelgrad::app {
namespace {

struct PlotArguments {
  std::string run;
  std::string data;  ///< empty: where the training found it
};

template <class T>
void draw(const PlotArguments& arguments, const TrainArguments& options,
          const StoredCheckpoint& stored) {
  const auto checkpoint = host::checkpoint_from<T>(stored.tensors, stored.name);
  const SeededData data = prepare_data(options, options.options.seed);
  if (checkpoint.data_hash != hash_of(data.data)) {
    throw DataError(stored.name + ": the checkpoint of a training on other data",
                    "the file has changed since, or it is another one");
  }
  host::TrainedModel model = checkpoint.model;
  host::RunHistory history;
  for (const host::StepReport& report : checkpoint.reports) history.add(report);
  const bool judged = !checkpoint.best_parameters.empty() && !history.reports().empty() &&
                      history.best().validation.has_value();
  if (judged) {
    model.parameters.assign(checkpoint.best_parameters.begin(), checkpoint.best_parameters.end());
  }
  write_pictures(RunFolder(arguments.run), model, data.data, history.reports(),
                 {.name = run_name(options),
                  .config = options_text(*options.command, config_names()),
                  .fingerprint = host::fingerprint(checkpoint.state),
                  .model_step = judged ? history.best().step : checkpoint.state.step});
}

int plot(const PlotArguments& arguments) {
  const StoredCheckpoint checkpoint = RunFolder(arguments.run).checkpoint();
  CLI::App command("", "train");
  TrainArguments options;
  add_train_options(command, options);
  options.run.resume = arguments.run;
  if (!arguments.data.empty()) fill(command, {{"data", {arguments.data}}}, "--data");
  take_options_of_checkpoint(options, checkpoint);
  complete(options);
  if (options.f32()) {
    draw<float>(arguments, options, checkpoint);
  } else {
    draw<double>(arguments, options, checkpoint);
  }
  return exit_ok;
}

}  // namespace

Command add_plot(CLI::App& app) {
  auto arguments = std::make_shared<PlotArguments>();
  CLI::App* command = app.add_subcommand("plot", "draw a run's pictures and report again");
  command->add_option("run", arguments->run, "folder of the run")->type_name("DIR")->required();
  command->add_option("--data", arguments->data, "its data, where they are not where they were")
      ->type_name("FILE");
  return [arguments] { return plot(*arguments); };
}

}  // namespace levelgrad::app
