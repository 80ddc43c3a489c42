// SPDX-License-Identifier: MIT
#include "train_arguments.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <optional>
#include <utility>

#include "levelgrad/error.h"
#include "levelgrad/host/files.h"
#include "levelgrad/host/trained_model.h"
#include "train_presets.h"

namespace levelgrad::app {
namespace {

template <class E, std::size_t n>
using Names = std::array<std::pair<const char*, E>, n>;

constexpr Names<Activation, 3> activations = {
    {{"tanh", Activation::Tanh}, {"relu", Activation::Relu}, {"linear", Activation::Linear}}};
constexpr Names<host::Optimizer, 5> optimizers = {{{"sgd", host::Optimizer::Sgd},
                                                   {"adam", host::Optimizer::Adam},
                                                   {"adamw", host::Optimizer::AdamW},
                                                   {"rmsprop", host::Optimizer::RMSProp},
                                                   {"adagrad", host::Optimizer::Adagrad}}};
constexpr Names<RateSchedule::Kind, 4> schedules = {{{"constant", RateSchedule::Kind::Constant},
                                                     {"linear", RateSchedule::Kind::Linear},
                                                     {"cosine", RateSchedule::Kind::Cosine},
                                                     {"step", RateSchedule::Kind::Step}}};

template <class List>
std::vector<std::string> keys(const List& list) {
  std::vector<std::string> names;
  for (const auto& [name, value] : list) names.emplace_back(name);
  return names;
}

template <class List>
auto value_of(const List& list, const std::string& name) {
  const auto found =
      std::ranges::find_if(list, [&](const auto& entry) { return entry.first == name; });
  return found->second;  // CLI11 has checked the name
}

/// A whole number that the type holds: CLI11 itself wraps what is below 0 and cuts what is above.
CLI::Validator whole_number() {
  const auto check = [](const std::string& text) -> std::string {
    std::uint64_t number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (read.ec == std::errc() && read.ptr == text.data() + text.size()) return "";
    return "'" + text + "' is no whole number from 0 to 18446744073709551615";
  };
  return {check, ""};
}

/// CLI::NonNegativeNumber, whose message writes out the largest double, refuses no NaN.
CLI::Validator not_negative() {
  const auto check = [](const std::string& text) -> std::string {
    double number = 0;
    if (CLI::detail::lexical_cast(text, number) && number >= 0) return "";
    return "'" + text + "' is neither 0 nor a positive number";
  };
  return {check, ""};
}

/// Adds options to one group of the help.
class Group {
public:
  Group(CLI::App& command, std::string name) : command_(command), name_(std::move(name)) {}

  template <class T>
  CLI::Option* add(const std::string& option, T& member, const std::string& help) {
    return command_.add_option("--" + option, member, help)->group(name_);
  }
  CLI::Option* choice(const std::string& option, std::string& member,
                      const std::vector<std::string>& names, const std::string& help) {
    return add(option, member, help)->check(CLI::IsMember(names));
  }
  CLI::Option* flag(const std::string& option, bool& member, const std::string& help) {
    return command_.add_flag("--" + option, member, help)->group(name_);
  }

private:
  CLI::App& command_;
  std::string name_;
};

void add_data_options(CLI::App& command, DataArguments& data) {
  add_reading_options(command, data);
  Group group(command, "Data");
  group.add("points", data.points, "of a preset's data: generate so many")
      ->check(CLI::Range(2, 10000000));
  group.add("noise", data.noise, "of a preset's data: standard deviation")->check(not_negative());
  group
      .add("split", data.split,
           "shares for training, validation and test, by class [0.8,0.1,0.1; moons 1,0,0]")
      ->delimiter(',')
      ->expected(3);
  group.flag("standardize,!--no-standardize", data.standardize,
             "give each input the mean 0 and the deviation 1 in the training part [files yes]");
}

void add_network_options(CLI::App& command, TrainArguments& arguments) {
  Group group(command, "Network");
  group
      .add("hidden", arguments.options.hidden,
           "neurons of each hidden layer; 0: none [16; moons 16,16, yinyang 8]")
      ->delimiter(',')
      ->check(CLI::Range(0, 100000));
  group.choice("activation", arguments.activation, keys(activations),
               "of hidden layers [tanh; moons relu]");
  std::vector<std::string> losses = host::loss_names();
  losses.insert(losses.begin(), "auto");
  group.choice("loss", arguments.loss, losses,
               "auto: mse for numbers, else (binary-)cross-entropy [auto; moons hinge]");
  group.choice("weights", arguments.weights, {"scaled", "micrograd", "eureka"},
               "how weights are drawn: Python's uniform [-1, 1) times inputs ** -0.5; without the "
               "factor; EurekaLabs' generator [scaled]");
  group.add("init", arguments.run.init, "model, checkpoint or run to take the weights from")
      ->type_name("FILE");
}

void add_optimizer_options(CLI::App& command, TrainArguments& arguments) {
  host::TrainOptions& options = arguments.options;
  Group group(command, "Optimizer");
  group.choice("optimizer", arguments.optimizer, keys(optimizers),
               "with PyTorch's meaning and defaults [adamw; moons sgd]");
  group.add("lr", options.lr, "rate [0.01; moons 1, yinyang 0.1, expressions 0.05]");
  group.choice("schedule", arguments.schedule, keys(schedules),
               "how the rate falls [constant; moons linear]");
  group.add("lr-end", options.lr_end, "share of the rate that linear and cosine end with [0.1]");
  group.add("lr-step", options.rate_step, "step: steps between two falls [1]");
  group.add("lr-gamma", options.rate_gamma, "step: what the rate is multiplied by then [0.1]");
  group.add("warmup", options.warmup, "steps in which the rate rises [0]");
  group.add("weight-decay", options.weight_decay, "[adamw 0.01, yinyang 1e-4, others 0]");
  group.add("momentum", options.momentum, "sgd, rmsprop [0]");
  group.add("dampening", options.dampening, "sgd [0]");
  group.flag("nesterov,!--no-nesterov", options.nesterov, "sgd");
  group.add("beta1", options.beta1, "adam, adamw [0.9]");
  group.add("beta2", options.beta2, "adam, adamw [0.999; yinyang 0.95]");
  group.add("alpha", options.alpha, "rmsprop [0.99]");
  group.add("lr-decay", options.lr_decay, "adagrad [0]");
  group.add("eps", options.eps, "all but sgd [1e-8, adagrad 1e-10]");
  group.add("clip-norm", options.clip_norm, "largest norm of all grads together [none]");
  group.add("l1", options.l1, "weight of the sum of absolute parameters in the loss [0]");
  group.add("l2", options.l2, "weight of the sum of squared parameters [0; moons 1e-4]");
}

void add_run_options(CLI::App& command, TrainArguments& arguments) {
  host::TrainOptions& options = arguments.options;
  RunArguments& run = arguments.run;
  Group group(command, "Run");
  group.add("epochs", arguments.epochs, "times that all examples are seen [200; moons 100]")
      ->check(CLI::Range(0, 1000000000));
  group.add("steps", options.steps, "updates of the parameters, instead of epochs")
      ->check(CLI::Range(0, 1000000000));
  group.add("batch", arguments.batch,
            "examples of a step; full: all; auto: 32, or all of fewer [auto; moons, yinyang full]");
  group.flag("shuffle,!--no-shuffle", options.shuffle,
             "a new order of the examples for each epoch [files yes]");
  group
      .add("seed", options.seed,
           "of points, weights and order [1; moons 1337, yinyang 42, expressions 5]")
      ->check(whole_number());
  group.choice("dtype", arguments.dtype, {"f64", "f32"}, "of all numbers [f64]");
  group.add("patience", run.patience, "stop after so many reports without a better loss [never]")
      ->check(whole_number());
  group.add("report-every", options.report_every, "steps between two reports [an epoch]")
      ->check(CLI::Range(1, 1000000000));
  group.add("fingerprint-every", run.fingerprint_every, "steps between two fingerprints [none]")
      ->check(CLI::Range(1, 1000000000));
  group.add("checkpoint-every", run.checkpoint_every, "seconds between two checkpoints [10]")
      ->check(not_negative());
  group.choice("lines", run.lines, {"plain", "eureka"},
               "how steps are written; eureka: as EurekaLabs' program does [plain]");
  group.add("save", run.save, "folder for model, checkpoint, pictures and report [runs/NAME]")
      ->type_name("DIR");
  group.add("log", run.log, "one JSON object per report goes to this file")->type_name("FILE");
  group.add("resume", run.resume, "folder of a training to go on with")->type_name("DIR");
  group.add("config", arguments.config, "TOML file of options; the command line wins")
      ->type_name("FILE");
  group.flag("dump-config", arguments.dump_config, "print the options as TOML, and train nothing");
}

/// Refuses an option of the command line that nothing would read.
void refuse_named(const TrainArguments& arguments, std::initializer_list<const char*> options,
                  const std::string& why) {
  for (const char* option : options) {
    if (arguments.named.contains(option)) throw UsageError("--" + std::string(option) + " " + why);
  }
}

void check_data(const TrainArguments& arguments) {
  if (arguments.data.preset.empty()) {
    refuse_named(arguments, {"points", "noise"}, "has a meaning for presets only");
  } else {
    refuse_named(arguments, {"target", "delimiter", "header", "missing", "task"},
                 "has a meaning for --data only");
  }
  if (arguments.data.preset == "yinyang") {
    refuse_named(arguments, {"noise", "split"}, "has no meaning for yinyang");
  }
  if (arguments.data.preset == "moons" && arguments.data.points == 0) {
    refuse_named(arguments, {"noise"},
                 "has no meaning for the points of micrograd's demo: add --points");
  }
}

/// Which optimizers read an option.
void check_optimizer(const TrainArguments& arguments) {
  const auto only = [&](const char* option, std::initializer_list<const char*> readers) {
    const bool read = std::ranges::any_of(
        readers, [&](const char* reader) { return arguments.optimizer == reader; });
    if (!read) refuse_named(arguments, {option}, "has no meaning for " + arguments.optimizer);
  };
  only("momentum", {"sgd", "rmsprop"});
  only("dampening", {"sgd"});
  only("nesterov", {"sgd"});
  only("beta1", {"adam", "adamw"});
  only("beta2", {"adam", "adamw"});
  only("alpha", {"rmsprop"});
  only("lr-decay", {"adagrad"});
  only("eps", {"adam", "adamw", "rmsprop", "adagrad"});
}

/// Which schedules read an option.
void check_schedule(const TrainArguments& arguments) {
  const std::string& schedule = arguments.schedule;
  const std::string why = "has no meaning for --schedule " + schedule;
  if (schedule != "step") refuse_named(arguments, {"lr-step", "lr-gamma"}, why);
  if (schedule != "linear" && schedule != "cosine") refuse_named(arguments, {"lr-end"}, why);
}

/// fill(), but what is counted in epochs is not counted in steps, and the other way round: the
/// first that is said holds.
void fill_layer(CLI::App& command, OptionValues values, const std::string& source) {
  if (values.contains("epochs") && values.contains("steps")) {
    throw UsageError(source + ": epochs beside steps: leave one of them out");
  }
  if (command.count("--epochs") > 0) values.erase("steps");
  if (command.count("--steps") > 0) values.erase("epochs");
  fill(command, values, source);
}

/// What the optimizer's name decides where nothing else does.
OptionValues optimizer_values(const std::string& optimizer) {
  return {{"weight-decay", {optimizer == "adamw" ? "0.01" : "0"}},
          {"eps", {optimizer == "adagrad" ? "1e-10" : "1e-8"}}};
}

}  // namespace

void add_train_options(CLI::App& command, TrainArguments& arguments) {
  arguments.command = &command;
  arguments.options.l2 = 0;
  std::vector<std::string> names = preset_names();
  names.emplace_back("expressions");
  command
      .add_option("preset,--preset", arguments.preset,
                  "named bundle of options, data included; expressions: fit random formulas")
      ->check(CLI::IsMember(names));
  add_data_options(command, arguments.data);
  add_network_options(command, arguments);
  add_optimizer_options(command, arguments);
  add_run_options(command, arguments);
}

void complete(TrainArguments& arguments) {
  CLI::App& command = *arguments.command;
  if (command.count("--epochs") > 0 && command.count("--steps") > 0) {
    throw UsageError("--epochs beside --steps: leave one of them out");
  }
  const bool resumes = !arguments.run.resume.empty();  // then the environment has no say
  if (!resumes) fill_layer(command, values_of_environment(command), "the environment");
  if (!arguments.config.empty()) {
    fill_layer(command, parse_options(host::read_file(arguments.config), arguments.config),
               arguments.config);
  }
  if (arguments.preset.empty() == arguments.data.file.empty()) {
    throw UsageError(arguments.preset.empty()
                         ? "what to train: a preset (moons, ...) or --data FILE?"
                         : "a preset and --data: leave one of them out");
  }
  arguments.data.preset = arguments.preset;
  if (!arguments.preset.empty()) {
    fill_layer(command, preset_values(arguments.preset), "the preset " + arguments.preset);
  }
  fill_layer(command, default_values(), "the defaults");
  fill(command, optimizer_values(arguments.optimizer), "the defaults");
  check_data(arguments);
  check_optimizer(arguments);
  check_schedule(arguments);

  host::TrainOptions& options = arguments.options;
  options.activation = value_of(activations, arguments.activation);
  options.optimizer = value_of(optimizers, arguments.optimizer);
  options.schedule = value_of(schedules, arguments.schedule);
  options.batch = batch_size(arguments);
  if (options.hidden == std::vector<int>{0}) options.hidden.clear();
  if (std::ranges::count(options.hidden, 0) > 0) {
    throw UsageError("--hidden: a layer without neurons; 0 alone stands for no hidden layer");
  }
}

std::string run_name(const TrainArguments& arguments) {
  if (!arguments.preset.empty()) return arguments.preset;
  const std::string name = std::filesystem::path(arguments.data.file).stem().string();
  return name.empty() ? "data" : name;
}

const std::vector<std::string>& config_names() {
  static const std::vector<std::string> names = {"preset",
                                                 "data",
                                                 "target",
                                                 "delimiter",
                                                 "header",
                                                 "missing",
                                                 "task",
                                                 "points",
                                                 "noise",
                                                 "split",
                                                 "standardize",
                                                 "hidden",
                                                 "activation",
                                                 "loss",
                                                 "weights",
                                                 "init",
                                                 "optimizer",
                                                 "lr",
                                                 "schedule",
                                                 "lr-end",
                                                 "lr-step",
                                                 "lr-gamma",
                                                 "warmup",
                                                 "weight-decay",
                                                 "momentum",
                                                 "dampening",
                                                 "nesterov",
                                                 "beta1",
                                                 "beta2",
                                                 "alpha",
                                                 "lr-decay",
                                                 "eps",
                                                 "clip-norm",
                                                 "l1",
                                                 "l2",
                                                 "epochs",
                                                 "steps",
                                                 "batch",
                                                 "shuffle",
                                                 "seed",
                                                 "dtype",
                                                 "patience",
                                                 "report-every",
                                                 "fingerprint-every",
                                                 "checkpoint-every",
                                                 "lines"};
  return names;
}

OptionValues values_of(const TrainArguments& arguments) {
  OptionValues values;
  for (const std::string& name : config_names()) {
    const auto& results = arguments.command->get_option("--" + name)->results();
    if (!results.empty()) values[name] = results;
  }
  return values;
}

std::size_t batch_size(const TrainArguments& arguments) {
  const std::string& text = arguments.batch;
  if (text == "full") return 0;
  if (text == "auto") return 32;
  std::size_t size = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), size);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size() || size == 0) {
    throw UsageError("--batch: '" + text + "' is neither a number of examples nor full or auto");
  }
  return size;
}

}  // namespace levelgrad::app
