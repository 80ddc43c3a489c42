// SPDX-License-Identifier: MIT
//
// `levelgrad train`: a network on a preset's or the user's data, many of them, or formulas.
#include <fmt/format.h>

#include <memory>

#include "cell.h"
#include "commands.h"
#include "executor_choice.h"
#include "exit_code.h"
#include "expressions_run.h"
#include "levelgrad/error.h"
#include "line_file.h"
#include "models_run.h"
#include "resume.h"
#include "train_arguments.h"
#include "train_run.h"

namespace levelgrad::app {
namespace {

/// What only --models gives a meaning to.
struct ModelsArguments {
  std::size_t count = 0;
  std::vector<std::string> sweeps;
  std::string seeds;  ///< FIRST:LAST
  std::size_t top = 10;
  std::string plot, json;
};

struct CommandArguments {
  TrainArguments train;
  ModelsArguments models;
  std::size_t trees = 0;  ///< of expressions
};

void refuse(const TrainArguments& arguments, std::initializer_list<const char*> options,
            const std::string& why) {
  for (const char* option : options) {
    if (arguments.named.contains(option)) throw UsageError("--" + std::string(option) + why);
  }
}

/// Trains many models.
int run_models(const TrainArguments& arguments, const ModelsArguments& models,
               const SeededData& seeded, const std::string& name) {
  refuse(arguments, {"save", "strategy", "log", "resume", "init", "patience"},
         " has no meaning with --models");
  if (arguments.named.contains("batch") && arguments.batch != "full") {
    throw UsageError("--batch with --models: each step is over all examples");
  }
  if (arguments.named.contains("shuffle") && arguments.options.shuffle) {
    throw UsageError("--shuffle with --models: each step is over all examples, in their order");
  }
  TrainArguments whole = arguments;
  whole.batch = "full";
  whole.options.batch = 0;
  whole.options.shuffle = false;
  const host::TrainOptions options = options_for(whole, seeded.data);
  std::vector<std::string> texts = models.sweeps;
  if (!models.seeds.empty()) texts.push_back("seed=" + models.seeds);
  const Sweeps sweeps = read_sweeps(texts);
  if (sweeps.lr && arguments.named.contains("lr")) {
    throw UsageError("--lr beside --sweep lr: leave one of them out");
  }
  if (sweeps.penalty && arguments.named.contains("l2")) {
    throw UsageError("--l2 beside --sweep penalty: leave one of them out");
  }
  if (sweeps.penalty && options.weight_decay != 0) {
    throw UsageError(
        "--sweep penalty beside weight decay, which would change the penalties: --weight-decay 0 "
        "switches it off");
  }
  const host::Dataset& data = seeded.data.train;
  const WeightSource any_weights = seeded.weights();
  const Program program = sweeps.penalty ? host::record_with_penalty(data, options, any_weights)
                                         : host::record_network(data, options, any_weights);
  const auto weights = [&](std::uint64_t seed) {
    return host::initial_parameters(data, options, weights_after_data(arguments, seed)());
  };
  return train_models(
      {.name = name,
       .data = data,
       .options = options,
       .program = program,
       .weights = weights,
       .models = settings_of(models.count, sweeps, {options.seed, options.lr, options.l2}),
       .sweeps = sweeps,
       .executor = choose_executors(arguments.executor),
       .f32 = arguments.f32(),
       .top = models.top,
       .plot = models.plot,
       .json = models.json});
}

void say_constant(const PreparedData& data) {
  if (data.constant.empty()) return;
  fmt::print(stderr, "levelgrad: the same number in all training examples, so of no use: {}\n",
             host::listed(data.constant));
}

int train_network(CommandArguments& all) {
  TrainArguments& arguments = all.train;
  refuse(arguments, {"trees"}, " has a meaning for expressions only");
  std::optional<StoredCheckpoint> checkpoint;
  if (!arguments.run.resume.empty()) {
    checkpoint = RunFolder(arguments.run.resume).checkpoint();
    take_options_of_checkpoint(arguments, *checkpoint);
  }
  complete(arguments);
  if (arguments.dump_config) {
    LineFile().write_bytes(options_text(*arguments.command, config_names()));
    return exit_ok;
  }
  if (all.models.count == 0) {
    refuse(arguments, {"sweep", "seeds", "top", "plot", "json"},
           " has a meaning with --models only");
  }
  const std::string name = run_name(arguments);
  const SeededData data = prepare_data(arguments, arguments.options.seed);
  say_constant(data.data);
  if (all.models.count > 0) return run_models(arguments, all.models, data, name);
  return train({.arguments = arguments,
                .data = data,
                .options = options_for(arguments, data.data),
                .name = name,
                .save = arguments.run.save.empty() ? "runs/" + name : arguments.run.save,
                .checkpoint = checkpoint});
}

/// Random formulas, their numbers fitted to points.
int train_expressions(const CommandArguments& all) {
  const TrainArguments& arguments = all.train;
  for (const std::string& option : arguments.named) {
    static const std::set<std::string> known = {"preset",  "steps",    "lr",  "seed",     "trees",
                                                "points",  "save",     "log", "executor", "device",
                                                "threads", "strategy", "math"};
    if (!known.contains(option)) {
      throw UsageError("--" + option + " has no meaning for expressions");
    }
  }
  const ExecutorChoice choice = choose_executors(arguments.executor);
  say_math(choice);
  ExpressionsRun run{.executor = make_executor<double>(choice.names.front(), choice.options),
                     .save = arguments.run.save.empty() ? "runs/expressions" : arguments.run.save,
                     .note = choice.note};
  const auto names = [&](const char* option) { return arguments.named.contains(option); };
  if (names("trees")) run.trees = all.trees;
  if (names("points")) run.points = arguments.data.points;
  if (names("steps")) run.steps = arguments.options.steps;
  if (names("lr")) run.lr = arguments.options.lr;
  if (names("seed")) run.seed = arguments.options.seed;
  run.log = arguments.run.log;
  return fit_expressions(std::move(run));
}

void add_models_options(CLI::App& command, ModelsArguments& models) {
  const auto add = [&](const char* name, auto& member, const char* help) {
    return command.add_option(name, member, help)->group("Many models");
  };
  add("--models", models.count,
      "train so many models on the same points, each with the bits that it has alone; seeds "
      "--seed, --seed + 1, ... unless something is swept")
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
  add("--plot", models.plot, "picture of all losses, .svg or .png")->type_name("FILE");
  add("--json", models.json, "file with seed, rate, penalty and last loss of every model")
      ->type_name("FILE");
}

}  // namespace

Command add_train(CLI::App& app) {
  auto arguments = std::make_shared<CommandArguments>();
  CLI::App* command = app.add_subcommand(
      "train", "train a network on a preset or on a file, and draw what it learnt");
  add_train_options(*command, arguments->train);
  command
      ->add_option("--trees", arguments->trees,
                   "expressions: random formulas, all with all points [64]")
      ->check(CLI::Range(1, 1000));
  add_executor_options(
      *command, arguments->train.executor, false,
      "what runs the steps, in exact mode all with the same bits [the fastest that can run and "
      "need not compile first]");
  add_models_options(*command, arguments->models);
  return [arguments] {
    arguments->train.named = named_options(*arguments->train.command);
    if (arguments->train.preset == "expressions") return train_expressions(*arguments);
    return train_network(*arguments);
  };
}

}  // namespace levelgrad::app
