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
#include "models_run.h"
#include "training_run.h"

namespace levelgrad::app {
namespace {

/// What only --models gives a meaning to.
struct ModelsArguments {
  std::size_t count = 0;
  std::vector<std::string> sweeps;
  std::string seeds;  ///< FIRST:LAST
  std::size_t top = 10;
  std::string plot, json;
  std::string dtype = "f64";
};

struct TrainArguments {
  const CLI::App* command = nullptr;
  std::string model;
  host::TrainOptions options;  ///< only what the command line names counts
  std::uint64_t seed = 0;
  std::string weights;
  std::size_t points = 0;  ///< 0: the demo's
  std::size_t trees = 0;   ///< of expressions
  ExecutorArguments executor;
  ModelsArguments models;
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

/// Whether many models are wanted. Refuses the options of one for many, and the other way round.
bool wants_models(const TrainArguments& arguments) {
  const bool many = arguments.names("--models");
  const auto refuse = [&](std::initializer_list<const char*> options, const std::string& why) {
    for (const char* option : options) {
      if (arguments.names(option)) throw UsageError(option + why);
    }
  };
  if (!many) {
    refuse({"--sweep", "--seeds", "--top", "--plot", "--json", "--dtype"},
           " has a meaning with --models only");
  } else {
    refuse({"--save", "--log", "--strategy"}, " has no meaning with --models");
  }
  return many;
}

/// Trains many models.
///
/// options   of the demo, and those of the command line.
/// data      of all of them.
/// seed      of the first where seeds are not swept.
/// weights   draws the parameters of a model's seed.
int run_models(const TrainArguments& arguments, const host::TrainOptions& options,
               const host::Dataset& data, std::uint64_t seed,
               const std::function<std::vector<double>(std::uint64_t)>& weights,
               const WeightSource& any_weights) {
  const ModelsArguments& models = arguments.models;
  std::vector<std::string> texts = models.sweeps;
  if (arguments.names("--seeds")) texts.push_back("seed=" + models.seeds);
  const Sweeps sweeps = read_sweeps(texts);
  if (sweeps.lr && arguments.names("--lr")) {
    throw UsageError("--lr beside --sweep lr: leave one of them out");
  }
  if (sweeps.penalty && arguments.names("--l2")) {
    throw UsageError("--l2 beside --sweep penalty: leave one of them out");
  }
  if (sweeps.penalty && options.weight_decay != 0) {
    throw UsageError(
        "--sweep penalty beside weight decay, which would change the penalties: --weight-decay 0 "
        "switches it off");
  }
  const Program program = sweeps.penalty ? host::record_with_penalty(data, options, any_weights)
                                         : host::Trainer(data, options, any_weights).program();
  return train_models({.name = arguments.model,
                       .data = data,
                       .options = options,
                       .program = program,
                       .weights = weights,
                       .models = settings_of(models.count, sweeps, {seed, options.lr, options.l2}),
                       .sweeps = sweeps,
                       .executor = choose_executors(arguments.executor),
                       .f32 = models.dtype == "f32",
                       .top = models.top,
                       .plot = models.plot,
                       .json = models.json});
}

/// The fastest of those that are left to choose from.
std::unique_ptr<Executor> executor_of(const ExecutorChoice& choice) {
  say_math(choice);
  return make_executor<double>(choice.names.front(), choice.options);
}

std::string folder(const TrainArguments& arguments) {
  return arguments.save.empty() ? "runs/" + arguments.model : arguments.save;
}

/// micrograd's demo, or as many points of the same kind as are wanted.
int train_moons(const TrainArguments& arguments) {
  check_applies(arguments, {"--weight-decay", "--trees"}, "micrograd");
  const host::TrainOptions options = merged({}, arguments);
  const std::uint64_t seed = arguments.names("--seed") ? arguments.seed : 1337;
  const auto points = [&](PythonRandom& random) {
    return arguments.points == 0 ? host::moons() : host::make_moons(arguments.points, 0.1, random);
  };
  PythonRandom random(seed);
  const host::Dataset data = points(random);
  if (wants_models(arguments)) {
    const auto weights = [&](std::uint64_t of) {
      PythonRandom own(of);
      // The weights follow the points in the stream, as they do in a training alone.
      if (arguments.points != 0) (void)points(own);
      return host::initial_parameters(data, options, own);
    };
    return run_models(arguments, options, data, seed, weights, random);
  }
  const ExecutorChoice choice = choose_executors(arguments.executor);
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
  const std::uint64_t seed = arguments.names("--seed") ? arguments.seed : 42;
  XorShift64Star random(seed);
  const host::Splits data = host::yin_yang(random, 100);  // the weights follow in the same stream
  if (wants_models(arguments)) {
    const auto weights = [&](std::uint64_t of) {
      XorShift64Star own(of);
      (void)host::yin_yang(own, 100);
      return host::initial_parameters(data.train, options, own);
    };
    return run_models(arguments, options, data.train, seed, weights, random);
  }
  const ExecutorChoice choice = choose_executors(arguments.executor);
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
  check_applies(arguments, {"--hidden", "--weights", "--l2", "--weight-decay", "--models"}, "none");
  (void)wants_models(arguments);
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

void add_models_options(CLI::App& command, ModelsArguments& models) {
  const auto add = [&](const char* name, auto& member, const char* help) {
    return command.add_option(name, member, help)->group("Many models");
  };
  add("--models", models.count,
      "train so many models of moons or yinyang on the same points, each with the bits that it "
      "has alone; seeds --seed, --seed + 1, ... unless something is swept")
      ->check(CLI::Range(2, 100000));
  add("--sweep", models.sweeps,
      "lr=FROM:TO[:log]: rates at equal distances or ratios, the ends included, all with --seed; "
      "penalty=FROM:TO[:log]: the same of --l2; seed=FIRST:LAST: a model for each; several: every "
      "rate with every penalty, of which there are as many, with every seed, so that there are "
      "MODELS / seeds rates, penalties or pairs of both")
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  add("--seeds", models.seeds, "FIRST:LAST, short for --sweep seed=FIRST:LAST");
  add("--top", models.top, "lines of the table: the best models by their last loss [10]")
      ->check(CLI::Range(1, 100000));
  add("--plot", models.plot, "picture of all losses, .svg or .png");
  add("--json", models.json, "file with seed, rate, penalty and last loss of every model");
  add("--dtype", models.dtype, "f64 or f32 [f64]")->check(CLI::IsMember({"f64", "f32"}));
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
  add_executor_options(
      *command, arguments->executor, false,
      "what runs the steps, in exact mode all with the same bits: " + executor_list() +
          " [the fastest that can run and need not compile first]");
  command->add_option("--save", arguments->save,
                      "folder for the pictures, or formulas [runs/MODEL]");
  command->add_option("--log", arguments->log, "one JSON object per step goes to this file");
  add_models_options(*command, arguments->models);
  return [arguments] {
    if (arguments->model == "expressions") return train_expressions(*arguments);
    return arguments->model == "moons" ? train_moons(*arguments) : train_yin_yang(*arguments);
  };
}

}  // namespace levelgrad::app
