// SPDX-License-Identifier: MIT
//
// `levelgrad schedule`: how the levels of a Program map to parallel hardware.
#include <memory>

#include "commands.h"
#include "exit_code.h"
#include "levelgrad/host/schedule_plot.h"
#include "levelgrad/host/schedule_report.h"
#include "levelgrad/host/schedule_text.h"
#include "line_file.h"
#include "model_argument.h"

namespace levelgrad::app {
namespace {

struct ScheduleArguments {
  ModelArgument model;
  std::string gpu = "h200";
  std::string dtype = "f64";
  std::string format = "table";
  std::string output;  ///< empty: stdout
};

std::string written(const host::ScheduleReport& report, const std::string& format) {
  if (format == "json") return host::schedule_json(report);
  if (format == "svg") return host::schedule_svg(report);
  return host::schedule_table(report);
}

int schedule(const ScheduleArguments& arguments) {
  const Model model = model_named(arguments.model.name, arguments.model.hidden);
  const Schedule schedule(model.program);
  const host::ScheduleReport report =
      host::report_on(schedule, model.name, host::gpu_named(arguments.gpu),
                      arguments.dtype == "f64" ? host::Dtype::F64 : host::Dtype::F32);
  const std::string text = written(report, arguments.format);
  write_output(text, arguments.output);
  return exit_ok;
}

}  // namespace

Command add_schedule(CLI::App& app) {
  auto arguments = std::make_shared<ScheduleArguments>();
  CLI::App* command =
      app.add_subcommand("schedule", "explain how a Program's levels map to parallel hardware");
  add_model(*command, arguments->model, "explain");
  command->add_option("--gpu", arguments->gpu, "whose limits to compare with")
      ->check(CLI::IsMember(host::gpu_names()))
      ->capture_default_str();
  command->add_option("--dtype", arguments->dtype, "of the numbers: f64 or f32")
      ->check(CLI::IsMember({"f64", "f32"}))
      ->capture_default_str();
  command->add_option("--format", arguments->format, "table, json or svg")
      ->check(CLI::IsMember({"table", "json", "svg"}))
      ->capture_default_str();
  command->add_option("-o,--output", arguments->output, "file to write [stdout]")
      ->type_name("FILE");
  return [arguments] { return schedule(*arguments); };
}

}  // namespace levelgrad::app
