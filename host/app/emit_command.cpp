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
  std::string model;
  std::vector<int> hidden;
  std::string to = "text";
  std::string output;  ///< empty: stdout
};

int emit(const EmitArguments& arguments) {
  const Program program = model_named(arguments.model, arguments.hidden).program;
  const std::string bytes = arguments.to == "text" ? to_text(program) : to_binary(program);
  write_output(bytes, arguments.output);
  return exit_ok;
}

}  // namespace

Command add_emit(CLI::App& app) {
  auto arguments = std::make_shared<EmitArguments>();
  CLI::App* command = app.add_subcommand("emit", "write a recorded Program as a file");
  command->add_option("model", arguments->model, "what to write: " + model_help())->required();
  command
      ->add_option("--hidden", arguments->hidden,
                   "neurons of each hidden layer [moons 16,16, yinyang 8]")
      ->delimiter(',')
      ->check(CLI::Range(1, 100000));
  command->add_option("--to", arguments->to, "text, a line for each node, or binary")
      ->check(CLI::IsMember({"text", "binary"}))
      ->capture_default_str();
  command->add_option("-o,--output", arguments->output, "file to write [stdout]");
  return [arguments] { return emit(*arguments); };
}

}  // namespace levelgrad::app
