// SPDX-License-Identifier: MIT
//
// `levelgrad emit`: a recorded Program as a file that the other commands, and people, can read.
#include <memory>

#include "commands.h"
#include "exit_code.h"
#include "levelgrad/program_text.h"
#include "levelgrad/take_away.h"
#include "line_file.h"
#include "model_argument.h"

namespace levelgrad::app {
namespace {

struct EmitArguments {
  ModelArgument model;
  std::string to = "text";
  std::string dtype = "f64";
  std::string output;  ///< empty: stdout
};

std::string bytes_of(const Model& model, const EmitArguments& arguments) {
  if (arguments.to == "text") return to_text(model.program);
  if (arguments.to == "binary") return to_binary(model.program);
  const Schedule schedule(model.program);
  const TakeAwayOptions options = {model.name, arguments.dtype == "f64"};
  return (arguments.to == "cpp" ? take_away_cpp(schedule, options)
                                : take_away_cuda(schedule, options))
      .text();
}

int emit(const EmitArguments& arguments) {
  const Model model = model_named(arguments.model.name, arguments.model.hidden);
  write_output(bytes_of(model, arguments), arguments.output);
  return exit_ok;
}

}  // namespace

Command add_emit(CLI::App& app) {
  auto arguments = std::make_shared<EmitArguments>();
  CLI::App* command = app.add_subcommand("emit", "write a recorded Program as a file");
  add_model(*command, arguments->model, "write");
  command
      ->add_option("--to", arguments->to,
                   "text, a line for each node; binary; cpp or cuda, a source file that needs "
                   "no levelgrad")
      ->check(CLI::IsMember({"text", "binary", "cpp", "cuda"}))
      ->capture_default_str();
  command->add_option("--dtype", arguments->dtype, "the numbers of a source file: f64 or f32")
      ->check(CLI::IsMember({"f64", "f32"}))
      ->capture_default_str();
  command->add_option("-o,--output", arguments->output, "file to write [stdout]")
      ->type_name("FILE");
  return [arguments] { return emit(*arguments); };
}

}  // namespace levelgrad::app
