// SPDX-License-Identifier: MIT
#include "models_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <numeric>
#include <optional>
#include <thread>

#include "exit_code.h"
#include "gpus.h"
#include "interrupt.h"
#include "json_text.h"
#include "levelgrad/error.h"
#include "levelgrad/host/ensemble.h"
#include "levelgrad/host/ensemble_plot.h"
#include "levelgrad/host/png_canvas.h"
#include "levelgrad/host/svg_canvas.h"
#include "levelgrad/number_text.h"
#include "line_file.h"
#include "progress_bar.h"
#include "score_spans.h"

namespace levelgrad::app {
namespace {

constexpr std::size_t most_losses = 100'000'000;  // of all models, which are kept: 800 MB

bool is_png(const std::string& path) { return path.ends_with(".png"); }

void check(const ModelsRun& run) {
  if (run.options.steps < 1) throw UsageError("--steps 0: --models has nothing to compare then");
  if (run.models.size() > most_losses / static_cast<std::size_t>(run.options.steps)) {
    throw UsageError(fmt::format("--models {} with --steps {}: more than {} losses in all",
                                 run.models.size(), run.options.steps, most_losses));
  }
  if (!run.plot.empty() && !is_png(run.plot) && !run.plot.ends_with(".svg")) {
    throw UsageError("--plot: '" + run.plot + "' ends neither in .svg nor in .png");
  }
}

template <class T>
class ModelsTraining {
public:
  explicit ModelsTraining(const ModelsRun& run)
      : run_(run), on_gpu_(place_of(run.executor.names.front()) == Place::Gpu) {
    const std::vector<double> rows = host::inputs_and_labels(run.data);
    rows_.assign(rows.begin(), rows.end());
    all_.resize(run.data.example_count());
    std::iota(all_.begin(), all_.end(), 0U);
    threads_ = static_cast<std::size_t>(run.executor.options.threads);
    if (threads_ == 0) threads_ = std::max(1U, std::thread::hardware_concurrency());
  }

  int run() {
    const Interrupt interrupt;
    if (!run_.executor.note.empty()) {
      fmt::print(stderr, "levelgrad: {}\n", run_.executor.note);
    }
    const auto start = std::chrono::steady_clock::now();
    while (reports_.size() < run_.models.size() && !interrupt.requested()) {
      train_part(interrupt);
      rank();
    }
    reports_.resize(run_.models.size());
    rank();
    bar_.clear();
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    tell(time.count());
    if (interrupt.requested()) fmt::print(stderr, "levelgrad: interrupted\n");
    if (!ranked_.empty()) write_table();
    if (!run_.json.empty()) write_output(json(time.count()), run_.json);
    const bool some_finite = !ranked_.empty() && reports_[ranked_.front()].finite;
    if (some_finite && !run_.plot.empty()) write_picture();
    if (interrupt.requested()) return exit_interrupted;
    if (!some_finite) {
      fmt::print(stderr,
                 "levelgrad: all models diverged (the rates are probably too high: try "
                 "smaller ones)\n");
      return exit_diverged;
    }
    return exit_ok;
  }

private:
  /// As many models as fit a launch, or a part of the memory: updates take 64 bytes for each step.
  [[nodiscard]] std::size_t part_size() const {
    constexpr std::size_t most_updates = std::size_t{1} << 20, most_numbers = std::size_t{1} << 23;
    const std::size_t fitting =
        std::min(most_updates / static_cast<std::size_t>(run_.options.steps),
                 most_numbers / std::max<std::size_t>(1, run_.program.parameter_count()));
    return std::clamp(fitting, on_gpu_ ? 1 : threads_, std::max(threads_, run_.models.size()));
  }

  void train_part(const Interrupt& interrupt) {
    const std::size_t first = reports_.size();
    const std::size_t count = std::min(part_size(), run_.models.size() - first);
    std::vector<T> parameters;
    std::vector<BasicUpdate<T>> updates;
    for (const ModelSettings& model : std::span(run_.models).subspan(first, count)) {
      for (const double number : weights(model.seed)) parameters.push_back(static_cast<T>(number));
      if (run_.sweeps.penalty) parameters.push_back(static_cast<T>(model.penalty));
      host::TrainOptions options = run_.options;
      options.lr = model.lr;
      for (int step = 0; step < options.steps; ++step) {
        updates.push_back(host::update_of_step<T>(options, step));
      }
    }
    const auto steps = static_cast<std::size_t>(run_.options.steps);
    const BasicEnsemble<T> ensemble = {
        .model_count = count,
        .parameters = parameters,
        .example_count = all_.size(),
        .inputs = rows_,
        .batches = std::vector<std::span<const std::uint32_t>>(steps, all_),
        .updates = updates};
    std::vector<BasicModelReport<T>> found;
    if (on_gpu_) {
      found = train_on_gpu<T>(run_.executor.options.device, run_.program, ensemble);
      show(first + count);
    } else {
      const auto make = [this] {
        ExecutorOptions options = run_.executor.options;
        options.threads = 1;
        return make_executor<T>(run_.executor.names.front(), options);
      };
      found =
          host::train_ensemble<T>(run_.program, ensemble, make, threads_, [&](std::size_t done) {
            show(first + done);
            return !interrupt.requested();
          });
    }
    std::ranges::move(found, std::back_inserter(reports_));
  }

  /// Those of a seed are drawn once where models that have it come one after the other.
  const std::vector<double>& weights(std::uint64_t seed) {
    if (seed_ != seed) weights_ = run_.weights(seed);
    seed_ = seed;
    return weights_;
  }

  void show(std::size_t done) {
    bar_.show(static_cast<int>(done), static_cast<int>(run_.models.size()), "models");
  }

  /// Orders the models that were trained, the best first, and forgets the parameters of all that
  /// the table does not show.
  void rank() {
    ranked_.clear();
    for (std::size_t m = 0; m < reports_.size(); ++m) {
      if (!reports_[m].losses.empty()) ranked_.push_back(m);
    }
    std::ranges::stable_sort(ranked_, [this](std::size_t a, std::size_t b) {
      if (reports_[a].finite != reports_[b].finite) return reports_[a].finite;
      if (!reports_[a].finite) return false;
      return reports_[a].losses.back() < reports_[b].losses.back();
    });
    for (std::size_t k = run_.top; k < ranked_.size(); ++k) reports_[ranked_[k]].parameters = {};
  }

  [[nodiscard]] std::size_t diverged() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(ranked_, [this](auto m) { return !reports_[m].finite; }));
  }

  [[nodiscard]] std::string where() const {
    if (on_gpu_) return fmt::format("GPU {}", run_.executor.options.device);
    return fmt::format("{}, {} thread{}", run_.executor.names.front(), threads_,
                       threads_ == 1 ? "" : "s");
  }

  void tell(double seconds) const {
    fmt::print(stderr, "{} of {} models in {:.2f} s, {:.1f} models/s: {}, {}, {} steps each\n",
               ranked_.size(), run_.models.size(), seconds,
               static_cast<double>(ranked_.size()) / seconds, where(), run_.f32 ? "f32" : "f64",
               run_.options.steps);
  }

  /// Of the network after the last update.
  double accuracy(std::size_t model) {
    if (!scorer_) {
      scorer_ = make_executor<T>("host", {.threads = 1});
      scorer_->load(run_.program);
    }
    scorer_->set_parameters(reports_[model].parameters);
    const std::size_t examples = all_.size(), scores = run_.program.outputs().size() - 1;
    std::vector<T> numbers(scores * examples);
    scorer_->run({.example_count = examples, .inputs = rows_},
                 {.outputs = host::score_spans<T>(numbers, examples)});
    return host::accuracy_of<T>(run_.options.loss, numbers, run_.data.labels);
  }

  /// A line of the table, which has penalties where they differ.
  [[nodiscard]] std::string row(const std::array<std::string, 7>& cells) const {
    const auto& [rank, model, seed, lr, penalty, loss, accuracy] = cells;
    return fmt::format("{:>4} {:>6} {:>10} {:>22} {}{:>22} {:>8}", rank, model, seed, lr,
                       run_.sweeps.penalty ? fmt::format("{:>22} ", penalty) : "", loss, accuracy);
  }

  void write_table() {
    LineFile out;
    out.write(row({"rank", "model", "seed", "lr", "penalty", "loss", "accuracy"}));
    for (std::size_t k = 0; k < std::min(run_.top, ranked_.size()); ++k) {
      const std::size_t m = ranked_[k];
      const ModelSettings& model = run_.models[m];
      const BasicModelReport<T>& report = reports_[m];
      const std::string loss = report.finite
                                   ? fmt::format("{}", report.losses.back())
                                   : fmt::format("diverged at step {}", report.losses.size() - 1);
      const std::string right = report.finite ? fmt::format("{:.4g}", accuracy(m)) : "-";
      out.write(row({std::to_string(k + 1), std::to_string(m), std::to_string(model.seed),
                     fmt::format("{}", model.lr), fmt::format("{}", model.penalty), loss, right}));
    }
    out.write(fmt::format("{} models, {} diverged", ranked_.size(), diverged()));
  }

  [[nodiscard]] std::string json(double seconds) const {
    host::JsonWriter writer;
    writer.open('{');
    writer.member("model", run_.name);
    writer.member("dtype", run_.f32 ? "f32" : "f64");
    writer.member("steps", run_.options.steps);
    writer.member("seconds", seconds);
    writer.member("trained", ranked_.size());
    writer.member("diverged", diverged());
    writer.key("models");
    writer.open('[');
    for (std::size_t m = 0; m < reports_.size(); ++m) {
      const BasicModelReport<T>& report = reports_[m];
      if (report.losses.empty()) continue;
      writer.open('{');
      writer.member("model", m);
      writer.member("seed", run_.models[m].seed);
      writer.member("lr", run_.models[m].lr);
      writer.member("penalty", run_.models[m].penalty);
      writer.key("loss");
      if (report.finite) {
        writer.value(static_cast<double>(report.losses.back()));
      } else {
        writer.null();
      }
      writer.key("diverged_at");
      if (report.finite) {
        writer.null();
      } else {
        writer.value(report.losses.size() - 1);
      }
      writer.close('}');
    }
    writer.close(']');
    writer.close('}');
    return writer.take();
  }

  void write_picture() const {
    host::EnsemblePlot plot;
    plot.title = fmt::format("{}: {} models", run_.name, ranked_.size());
    plot.subtitle = fmt::format("{} parameters each, {} examples, {} steps, {}; {} diverged",
                                run_.program.parameter_count(), all_.size(), run_.options.steps,
                                run_.f32 ? "f32" : "f64", diverged());
    const std::optional<RangeSweep>& numbers =
        run_.sweeps.lr ? run_.sweeps.lr : run_.sweeps.penalty;
    plot.swept_name = run_.sweeps.lr ? "lr" : numbers ? "penalty" : "seed";
    plot.swept_logarithmic = numbers && numbers->logarithmic;
    plot.swept_whole = !numbers;
    const auto swept = [&](const ModelSettings& model) {
      if (!numbers) return static_cast<double>(model.seed);
      return run_.sweeps.lr ? model.lr : model.penalty;
    };
    for (std::size_t m = 0; m < reports_.size(); ++m) {
      const BasicModelReport<T>& report = reports_[m];
      plot.curves.push_back(
          {{report.losses.begin(), report.losses.end()}, swept(run_.models[m]), report.finite});
    }
    if (is_png(run_.plot)) {
      host::PngCanvas canvas(host::ensemble_plot_size);
      host::draw(plot, canvas);
      write_output(canvas.png(), run_.plot);
    } else {
      host::SvgCanvas canvas(host::ensemble_plot_size);
      host::draw(plot, canvas);
      write_output(canvas.svg(), run_.plot);
    }
    fmt::print(stderr, "wrote {}\n", run_.plot);
  }

  const ModelsRun& run_;
  bool on_gpu_;
  std::size_t threads_ = 1;
  std::vector<T> rows_;             // [example][input]
  std::vector<std::uint32_t> all_;  // examples: each step sees all
  std::optional<std::uint64_t> seed_;
  std::vector<double> weights_;  // of that seed
  std::vector<BasicModelReport<T>> reports_;
  std::vector<std::size_t> ranked_;
  std::unique_ptr<BasicExecutor<T>> scorer_;
  ProgressBar bar_;
};

}  // namespace

int train_models(const ModelsRun& run) {
  check(run);
  return run.f32 ? ModelsTraining<float>(run).run() : ModelsTraining<double>(run).run();
}

}  // namespace levelgrad::app
