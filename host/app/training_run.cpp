// SPDX-License-Identifier: MIT
#include "training_run.h"

#include <fmt/format.h>

#include <filesystem>
#include <optional>

#include "boundary.h"
#include "exit_code.h"
#include "interrupt.h"
#include "levelgrad/host/files.h"
#include "line_file.h"
#include "progress_bar.h"

namespace levelgrad::app {
namespace {

std::string json_line(const host::StepReport& report) {
  return fmt::format(R"({{"step": {}, "loss": {}, "accuracy": {}}})", report.step, report.loss,
                     report.accuracy);
}

void write_pictures(const TrainingRun& run, const std::optional<host::StepReport>& last) {
  host::BoundaryPlot plot = boundary_plot(run.trainer, run.data, last);
  plot.title = run.name;
  plot.class_names = run.class_names;
  for (const auto& [extension, bytes] :
       {std::pair{"png", boundary_png(plot)}, std::pair{"svg", boundary_svg(plot)}}) {
    const auto path = std::filesystem::path(run.save) / (run.name + "." + extension);
    host::write_file(path, bytes);
    fmt::print(stderr, "wrote {}\n", path.string());
  }
}

}  // namespace

int follow(const TrainingRun& run) {
  const Interrupt interrupt;
  std::optional<LineFile> log;
  if (!run.log.empty()) log.emplace(run.log);
  if (!run.note.empty()) fmt::print(stderr, "levelgrad: {}\n", run.note);
  LineFile out;
  ProgressBar bar;
  std::optional<host::StepReport> last;
  while (!run.trainer.done()) {
    if (interrupt.requested()) {
      bar.clear();
      fmt::print(stderr, "levelgrad: interrupted\n");
      return exit_interrupted;
    }
    const std::string before = run.line_before(last ? last->step + 1 : 0);
    const host::StepReport report = run.trainer.step();
    last = report;
    bar.clear();
    if (!before.empty()) out.write(before);
    out.write(run.line(report));
    if (log) log->write(json_line(report));
    bar.show(report.step + 1, run.steps,
             fmt::format("loss {:.4f}  accuracy {:.4g} %", report.loss, report.accuracy));
  }
  bar.clear();
  write_pictures(run, last);
  return exit_ok;
}

}  // namespace levelgrad::app
