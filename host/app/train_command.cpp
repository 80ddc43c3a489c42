// SPDX-License-Identifier: MIT
//
// `levelgrad train`: the demos. Steps go to stdout, the bar to stderr, the rest to a folder.
#include <fmt/format.h>

#include <memory>

#include "commands.h"
#include "executor_choice.h"
#include "expressions_run.h"
#include "levelgrad/error.h"
#include "levelgrad/host/yin_yang.h"
#include "levelgrad/number_text.h"
#include "training_run.h"

namespace levelgrad::app {
namespace {

struct TrainArguments {
  const CLI::App* command = nullptr;
  std::string model;
  host::TrainOptions options;  ///< only what the command line names counts
  std::uint64_t seed = 0;
  std::string weights;
  std::size_t points = 0;  ///< 0: the demo's
  std::size_t trees = 0;   ///< of expressions
  ExecutorArguments executor;
  std::string save;  ///< empty: runs/<model>
  std::string log;   ///< empty: none

  [[nodiscard]] bool names(const std::string& option) const { return command->count(option) > 0; }
};

/// The demo's options, and those that the command line names.
host::TrainOptions merged(host::TrainOptions options, const TrainArguments& arguments) {
  const auto take = [&](const char* name, auto member) {
    if (arguments.names(name)) options.*member = arguments.options.*member;
  };
  take("--hidden", &host::TrainOptions::hidden);
  take("--steps", &host::TrainOptions::steps);
  take("--lr", &host::TrainOptions::lr);
  take("--l2", &host::TrainOptions::l2);
  take("--weight-decay", &host::TrainOptions::weight_decay);
  return options;
}

/// Refuses options that belong to another demo, or the weights of another.
void check_applies(const TrainArguments& arguments, std::initializer_list<const char*> foreign,
                   const std::string& weights) {
  for (const std::string option : foreign) {
    if (!arguments.names(option)) continue;
    throw UsageError(option + " has no meaning for " + arguments.model);
  }
  if (arguments.names("--weights") && arguments.weights != weights) {
    throw UsageError("--weights: " + arguments.model + " has " + weights + ", not " +
                     arguments.weights);
  }
}

/// The fastest of those that are left to choose from.
std::unique_ptr<Executor> executor_of(const ExecutorChoice& choice) {
  return make_executor<double>(choice.names.front(), choice.options);
}

std::string folder(const TrainArguments& arguments) {
  return arguments.save.empty() ? "runs/" + arguments.model : arguments.save;
}

/// micrograd's demo, or as many points of the same kind as are wanted.
int train_moons(const TrainArguments& arguments) {
  check_applies(arguments, {"--weight-decay", "--trees"}, "micrograd");
  const host::TrainOptions options = merged({}, arguments);
  const ExecutorChoice choice = choose_executors(arguments.executor);
  PythonRandom random(arguments.names("--seed") ? arguments.seed : 1337);
  const host::Dataset data =
      arguments.points == 0 ? host::moons() : host::make_moons(arguments.points, 0.1, random);
  host::Trainer trainer(data, options, random, executor_of(choice));
  TrainingRun run{.trainer = trainer,
                  .data = data,
                  .steps = options.steps,
                  .name = arguments.model,
                  .class_names = {"-1", "1"},
                  .note = choice.note,
                  .save = folder(arguments),
                  .log = arguments.log};
  run.line = [](const host::StepReport& report) {
    return fmt::format("step {} loss {} accuracy {}", report.step, report.loss, report.accuracy);
  };
  return follow(run);
}

/// EurekaLabsAI/micrograd's run, in the lines that its program prints.
int train_yin_yang(const TrainArguments& arguments) {
  check_applies(arguments, {"--l2", "--points", "--trees"}, "eureka");
  const host::TrainOptions options = merged(host::yin_yang_options(), arguments);
  const ExecutorChoice choice = choose_executors(arguments.executor);
  XorShift64Star random(arguments.names("--seed") ? arguments.seed : 42);
  const host::Splits data = host::yin_yang(random, 100);  // the weights follow in the same stream
  host::Trainer trainer(data.train, options, random, executor_of(choice));
  TrainingRun run{.trainer = trainer,
                  .data = data.train,
                  .steps = options.steps,
                  .name = arguments.model,
                  .class_names = {"yin", "yang", "dots"},
                  .note = choice.note,
                  .save = folder(arguments),
                  .log = arguments.log};
  run.line_before = [&](int step) {
    if (step % 10 != 0) return std::string();
    return fmt::format("step {}/{}, val loss {:.6f}", step + 1, options.steps,
                       trainer.loss(data.validation));
  };
  run.line = [&](const host::StepReport& report) {
    return fmt::format("step {}/{}, train loss {}", report.step + 1, options.steps,
                       shortest(report.loss));
  };
  return follow(run);
}

/// Random formulas, their numbers fitted to points.
int train_expressions(const TrainArguments& arguments) {
  check_applies(arguments, {"--hidden", "--weights", "--l2", "--weight-decay"}, "none");
  const ExecutorChoice choice = choose_executors(arguments.executor);
  ExpressionsRun run{
      .executor = executor_of(choice), .save = folder(arguments), .note = choice.note};
  if (arguments.names("--trees")) run.trees = arguments.trees;
  if (arguments.names("--points")) run.points = arguments.points;
  if (arguments.names("--steps")) run.steps = arguments.options.steps;
  if (arguments.names("--lr")) run.lr = arguments.options.lr;
  if (arguments.names("--seed")) run.seed = arguments.seed;
  run.log = arguments.log;
  return fit_expressions(std::move(run));
}

}  // namespace

Command add_train(CLI::App& app) {
  auto arguments = std::make_shared<TrainArguments>();
  host::TrainOptions& options = arguments->options;
  CLI::App* command =
      app.add_subcommand("train", "train a network and draw what it learnt, or fit formulas");
  arguments->command = command;
  command->add_option("model", arguments->model, "what to train: moons, yinyang or expressions")
      ->required()
      ->check(CLI::IsMember({"moons", "yinyang", "expressions"}));
  command
      ->add_option("--hidden", options.hidden,
                   "neurons of each hidden layer [moons 16,16, yinyang 8]")
      ->delimiter(',')
      ->check(CLI::Range(1, 100000));
  command
      ->add_option("--seed", arguments->seed,
                   "of the weights, and before them of points that are generated: Python's "
                   "random.seed(S) [moons 1337, expressions 5]; xorshift64*, not 0 [yinyang 42]")
      ->check(CLI::NonNegativeNumber);
  command
      ->add_option("--points", arguments->points,
                   "generate so many points [moons: the 100 of micrograd's demo; expressions 32]")
      ->check(CLI::Range(2, 10000000));
  command
      ->add_option("--trees", arguments->trees,
                   "random formulas, all with all points "
                   "[expressions 64]")
      ->check(CLI::Range(1, 1000));
  command
      ->add_option("--weights", arguments->weights,
                   "how weights are drawn [moons micrograd, yinyang eureka]")
      ->check(CLI::IsMember({"micrograd", "eureka"}));
  command->add_option("--steps", options.steps, "updates of the parameters [100, expressions 200]")
      ->check(CLI::Range(0, 1000000000));
  command->add_option(
      "--lr", options.lr,
      "rate of the first step [moons 1, falling to a tenth; yinyang 0.1; expressions "
      "0.05]");
  command->add_option("--l2", options.l2, "weight of the sum of squared parameters [moons 1e-4]");
  command->add_option("--weight-decay", options.weight_decay, "AdamW's [yinyang 1e-4]");
  add_executor_options(*command, arguments->executor, false,
                       "what runs the steps, all with the same bits: " + executor_list() +
                           " [the fastest that can run and need not compile first]");
  command->add_option("--save", arguments->save,
                      "folder for the pictures, or formulas [runs/MODEL]");
  command->add_option("--log", arguments->log, "one JSON object per step goes to this file");
  return [arguments] {
    if (arguments->model == "expressions") return train_expressions(*arguments);
    return arguments->model == "moons" ? train_moons(*arguments) : train_yin_yang(*arguments);
  };
}

}  // namespace levelgrad::app
