// SPDX-License-Identifier: MIT
//
// `levelgrad train`: the moons demo. Steps go to stdout, the bar to stderr, pictures to a folder.
#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <optional>

#include "boundary.h"
#include "commands.h"
#include "exit_code.h"
#include "interrupt.h"
#include "levelgrad/host/files.h"
#include "levelgrad/host/trainer.h"
#include "line_file.h"
#include "progress_bar.h"

namespace levelgrad::app {
namespace {

struct TrainArguments {
  std::string model;
  std::string weights = "micrograd";
  host::TrainOptions options;
  std::string save;  ///< empty: runs/<model>
  std::string log;   ///< empty: none
};

std::string line(const host::StepReport& report) {
  return fmt::format("step {} loss {} accuracy {}", report.step, report.loss, report.accuracy);
}

std::string json_line(const host::StepReport& report) {
  return fmt::format(R"({{"step": {}, "loss": {}, "accuracy": {}}})", report.step, report.loss,
                     report.accuracy);
}

void write_pictures(const std::filesystem::path& folder, const TrainArguments& arguments,
                    host::Trainer& trainer, const std::optional<host::StepReport>& last) {
  const host::BoundaryPlot plot = boundary_plot(trainer, host::moons(), last, arguments.model);
  for (const auto& [extension, bytes] :
       {std::pair{"png", boundary_png(plot)}, std::pair{"svg", boundary_svg(plot)}}) {
    const std::filesystem::path path = folder / (arguments.model + "." + extension);
    host::write_file(path, bytes);
    fmt::print(stderr, "wrote {}\n", path.string());
  }
}

int train(const TrainArguments& arguments) {
  const Interrupt interrupt;
  host::Trainer trainer(host::moons(), arguments.options);
  std::optional<LineFile> log;
  if (!arguments.log.empty()) log.emplace(arguments.log);
  LineFile out;
  ProgressBar bar;
  std::optional<host::StepReport> last;
  while (!trainer.done()) {
    if (interrupt.requested()) {
      bar.clear();
      fmt::print(stderr, "levelgrad: interrupted\n");
      return exit_interrupted;
    }
    const host::StepReport report = trainer.step();
    last = report;
    bar.clear();
    out.write(line(report));
    if (log) log->write(json_line(report));
    bar.show(report.step + 1, arguments.options.steps,
             fmt::format("loss {:.4f}  accuracy {:.0f} %", report.loss, report.accuracy));
  }
  bar.clear();
  write_pictures(arguments.save.empty() ? "runs/" + arguments.model : arguments.save, arguments,
                 trainer, last);
  return exit_ok;
}

}  // namespace

Command add_train(CLI::App& app) {
  auto arguments = std::make_shared<TrainArguments>();
  host::TrainOptions& options = arguments->options;
  CLI::App* command = app.add_subcommand("train", "train a network and draw what it learnt");
  command->add_option("model", arguments->model, "what to train: moons")
      ->required()
      ->check(CLI::IsMember({"moons"}));
  command->add_option("--hidden", options.hidden, "neurons of each hidden layer")
      ->delimiter(',')
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  command->add_option("--seed", options.seed, "of the weights: Python's random.seed(S)")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->add_option("--weights", arguments->weights, "how weights are drawn")
      ->check(CLI::IsMember({"micrograd"}))
      ->capture_default_str();
  command->add_option("--steps", options.steps, "updates of the parameters")
      ->check(CLI::Range(0, 1000000000))
      ->capture_default_str();
  command->add_option("--lr", options.lr, "rate of the first step; it falls to a tenth")
      ->capture_default_str();
  command->add_option("--l2", options.l2, "weight of the sum of squared parameters")
      ->capture_default_str();
  command->add_option("--save", arguments->save, "folder for the pictures [runs/MODEL]");
  command->add_option("--log", arguments->log, "one JSON object per step goes to this file");
  return [arguments] { return train(*arguments); };
}

}  // namespace levelgrad::app
