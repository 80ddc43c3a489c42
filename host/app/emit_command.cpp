// SPDX-License-Identifier: MIT
//
// `levelgrad emit`: a recorded Program as a file that the other commands, and people, can read.
#include <memory>

#include "commands.h"
#include "exit_code.h"
#include "levelgrad/program_text.h"
#include "line_file.h"
#include "model_argument.h"

namespace levelgrad::app {
namespace {

struct EmitArguments {
  ModelArgument model;
  std::string to = "text";
  std::string output;  ///< empty: stdout
};

int emit(const EmitArguments& arguments) {
  const Program program = model_named(arguments.model.name, arguments.model.hidden).program;
  const std::string bytes = arguments.to == "text" ? to_text(program) : to_binary(program);
  write_output(bytes, arguments.output);
  return exit_ok;
}

}  // namespace

Command add_emit(CLI::App& app) {
  auto arguments = std::make_shared<EmitArguments>();
  CLI::App* command = app.add_subcommand("emit", "write a recorded Program as a file");
  add_model(*command, arguments->model, "write");
  command->add_option("--to", arguments->to, "text, a line for each node, or binary")
      ->check(CLI::IsMember({"text", "binary"}))
      ->capture_default_str();
  command->add_option("-o,--output", arguments->output, "file to write [stdout]");
  return [arguments] { return emit(*arguments); };
}

}  // namespace levelgrad::app
