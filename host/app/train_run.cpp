// SPDX-License-Identifier: MIT
#include "train_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <optional>

#include "exit_code.h"
#include "interrupt.h"
#include "levelgrad/error.h"
#include "levelgrad/host/checkpoint.h"
#include "levelgrad/host/files.h"
#include "levelgrad/host/run_history.h"
#include "progress_bar.h"
#include "run_folder.h"
#include "run_pictures.h"
#include "step_lines.h"

namespace levelgrad::app {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// "1:05:03", or "42 s".
std::string duration_text(double seconds) {
  const auto whole = static_cast<long>(seconds);
  if (whole < 120) return fmt::format("{} s", whole);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

template <class T>
class Training {
public:
  explicit Training(const TrainRun& run)
      : run_(run),
        folder_(run.save),
        choice_(choose_executors(run.arguments.executor)),
        trainer_(run.data.data.train, run.options, run.data.weights(), make_executor(choice_),
                 run.data.data.validation),
        config_(config_json(values_of(run.arguments))),
        toml_(options_text(*run.arguments.command, config_names())),
        data_hash_(hash_of(run.data.data)) {}

  int run() {
    begin();
    const Interrupt interrupt;
    start_ = last_save_ = Clock::now();
    first_step_ = trainer_.steps_done();
    while (!trainer_.done()) {
      if (trainer_.report_due()) {
        take(trainer_.report());
        if (history_.exhausted(run_.arguments.run.patience)) {
          stopped_early_ = true;
          break;
        }
      }
      advance(interrupt);
      if (interrupt.requested()) return stop();
      if (seconds_since(last_save_) >= run_.arguments.run.checkpoint_every) save_checkpoint();
    }
    finish();
    return exit_ok;
  }

private:
  static std::unique_ptr<BasicExecutor<T>> make_executor(const ExecutorChoice& choice) {
    say_math(choice);
    return app::make_executor<T>(choice.names.front(), choice.options);
  }

  /// Starts anew, from another model's parameters, or from a checkpoint.
  void begin() {
    if (!choice_.note.empty()) fmt::print(stderr, "levelgrad: {}\n", choice_.note);
    const RunArguments& arguments = run_.arguments.run;
    if (run_.checkpoint) {
      resume();
    } else if (!arguments.init.empty()) {
      trainer_.restore({0, parameters_in<T>(arguments.init, trainer_.program()), {}});
    }
    lines_.emplace(arguments, run_.options, sizeof(T) == 4);
    for (const host::StepReport& report : history_.reports()) lines_->log(report);
    // Now rather than at the end: a folder that cannot be written must not cost a training.
    folder_.write_config(toml_);
  }

  void resume() {
    host::Checkpoint<T> checkpoint =
        host::checkpoint_from<T>(run_.checkpoint->tensors, run_.checkpoint->name);
    const std::string& name = run_.checkpoint->name;
    if (checkpoint.model.program.hash() != trainer_.program().hash()) {
      throw DataError(name + ": the checkpoint of another network",
                      "the data have other columns or classes than those that it was trained on");
    }
    if (checkpoint.data_hash != data_hash_) {
      throw DataError(name + ": the checkpoint of a training on other data",
                      "the file has changed since, or it is another one");
    }
    if (checkpoint.state.step > run_.options.steps) {
      throw UsageError("--resume: " + std::to_string(checkpoint.state.step) +
                       " steps are done, more than the " + std::to_string(run_.options.steps) +
                       " that are wanted");
    }
    trainer_.restore(checkpoint.state);
    best_parameters_ = std::move(checkpoint.best_parameters);
    for (const host::StepReport& report : checkpoint.reports) {
      if (report.step < checkpoint.state.step) history_.add(report);  // else it is made again
    }
    fmt::print(stderr, "levelgrad: going on after {} of {} steps\n", checkpoint.state.step,
               run_.options.steps);
  }

  void take(const host::StepReport& report) {
    if (history_.add(report)) best_parameters_ = trainer_.parameters();
    bar_.clear();
    lines_->write(report);
    show(report);
  }

  void show(const host::StepReport& report) {
    const int done = trainer_.steps_done() - first_step_;
    std::string text = fmt::format("loss {:.4f}  {}", report.loss,
                                   success_text(run_.options.loss, report.accuracy));
    if (done > 0) {
      const double seconds = seconds_since(start_);
      const double examples = static_cast<double>(run_.data.data.train.example_count()) * done /
                              trainer_.steps_of_epoch();
      text +=
          fmt::format("  {:.3g} examples/s  {} left", examples / seconds,
                      duration_text(seconds / done * (run_.options.steps - trainer_.steps_done())));
    }
    bar_.show(trainer_.steps_done(), run_.options.steps, text);
  }

  /// Up to the next report, with fingerprints on the way.
  void advance(const Interrupt& interrupt) {
    const auto stop = [&] { return interrupt.requested(); };
    const int every = run_.arguments.run.fingerprint_every;
    const int before = trainer_.steps_done();
    trainer_.advance(stop, every);
    if (every > 0 && trainer_.steps_done() / every != before / every) {
      bar_.clear();
      lines_->fingerprint(trainer_.steps_done(), host::fingerprint(trainer_.state()));
    }
  }

  int stop() {
    bar_.clear();
    save_checkpoint();
    fmt::print(stderr, "levelgrad: interrupted after {} of {} steps; go on with --resume {}\n",
               trainer_.steps_done(), run_.options.steps, run_.save);
    return exit_interrupted;
  }

  [[nodiscard]] host::TrainedModel model_with(const std::vector<T>& parameters) const {
    const PreparedData& data = run_.data.data;
    return {.program = trainer_.program(),
            .parameters = {parameters.begin(), parameters.end()},
            .f32 = sizeof(T) == 4,
            .loss = data.loss,
            .feature_names = data.feature_names,
            .target_name = data.target_name,
            .class_names = data.class_names,
            .standardization = data.standardization,
            .target = data.target};
  }

  [[nodiscard]] host::Checkpoint<T> checkpoint() const {
    const host::TrainerState<T> state = trainer_.state();
    const auto reports = history_.reports();
    return {.model = model_with(state.parameters),
            .state = state,
            .best_parameters = best_parameters_,
            .reports = {reports.begin(), reports.end()},
            .config = config_,
            .data_hash = data_hash_};
  }

  void save_checkpoint() {
    folder_.write(checkpoint());
    last_save_ = Clock::now();
  }

  /// seconds   of all steps of this call, with their reports.
  void tell(double seconds, double examples) const {
    fmt::print(stderr, "{} steps in {:.3g} s, {:.3g} examples/s\n",
               trainer_.steps_done() - first_step_, seconds, examples / seconds);
  }

  /// The last evaluation, and all that stays of the run. Where other examples judge the training,
  /// the model is the best of all reports; else it is the last.
  void finish() {
    const double seconds = seconds_since(start_);
    const host::StepReport last = stopped_early_ ? history_.reports().back() : trainer_.report();
    const std::string fingerprint = host::fingerprint(trainer_.state());
    save_checkpoint();
    if (!stopped_early_ && history_.add(last)) best_parameters_ = trainer_.parameters();
    bar_.clear();
    if (stopped_early_) {
      fmt::print(stderr, "levelgrad: stopped early: no better loss since step {}\n",
                 history_.best().step);
    }
    const double examples = static_cast<double>(run_.data.data.train.example_count()) *
                            (trainer_.steps_done() - first_step_) / trainer_.steps_of_epoch();
    tell(seconds, examples);
    lines_->finish(last, fingerprint);
    const bool judged = last.validation.has_value();
    const host::TrainedModel model = model_with(judged ? best_parameters_ : trainer_.parameters());
    folder_.write(model);
    RunFacts facts = {.name = run_.name,
                      .executor = trainer_.executor().name(),
                      .config = toml_,
                      .fingerprint = fingerprint,
                      .model_step = judged ? history_.best().step : last.step,
                      .seconds = seconds,
                      .examples = examples};
    write_pictures(folder_, model, run_.data.data, history_.reports(), facts);
  }

  const TrainRun& run_;
  RunFolder folder_;
  ExecutorChoice choice_;
  host::BasicTrainer<T> trainer_;
  std::string config_, toml_, data_hash_;
  std::optional<StepLines> lines_;
  host::RunHistory history_;
  std::vector<T> best_parameters_;
  ProgressBar bar_;
  Clock::time_point start_, last_save_;
  int first_step_ = 0;
  bool stopped_early_ = false;
};

}  // namespace

host::TrainOptions options_for(const TrainArguments& arguments, const PreparedData& data) {
  host::TrainOptions options = arguments.options;
  options.loss = data.loss;
  options.classes = static_cast<int>(data.class_names.size());
  const std::size_t count = data.train.example_count();
  if (arguments.batch == "auto") options.batch = std::min(options.batch, count);
  if (arguments.command->count("--steps") == 0) {
    const std::size_t batch = options.batch == 0 ? count : options.batch;
    const double steps = static_cast<double>((count + batch - 1) / batch) * arguments.epochs;
    if (steps > 1e9) throw UsageError("--epochs: more than a thousand million steps");
    options.steps = static_cast<int>(steps);
  }
  return options;
}

int train(const TrainRun& run) {
  return run.arguments.f32() ? Training<float>(run).run() : Training<double>(run).run();
}

}  // namespace levelgrad::app
