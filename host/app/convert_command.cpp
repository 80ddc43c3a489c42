// SPDX-License-Identifier: MIT
//
// `levelgrad convert`: CSV as NPY, which training reads without taking it into memory.
#include <fmt/format.h>

#include <memory>

#include "commands.h"
#include "data_arguments.h"
#include "exit_code.h"
#include "levelgrad/host/convert.h"
#include "prepared_data.h"

namespace levelgrad::app {
namespace {

struct ConvertArguments {
  DataArguments data;
  std::string output, dtype = "f64";
};

int convert(const ConvertArguments& arguments) {
  const host::Examples found =
      host::convert_csv_to_npy(arguments.data.file, data_options(arguments.data), arguments.output,
                               arguments.dtype == "f32");
  fmt::print(stderr, "{} columns", found.feature_names.size() + 1);
  for (const std::string& name : found.feature_names) fmt::print(stderr, ", {}", name);
  fmt::print(stderr, "; last: {}\n", found.target_name);
  for (std::size_t k = 0; k < found.class_names.size(); ++k) {
    fmt::print(stderr, "{} is {}\n", k, found.class_names[k]);
  }
  return exit_ok;
}

}  // namespace

Command add_convert(CLI::App& app) {
  auto arguments = std::make_shared<ConvertArguments>();
  CLI::App* command =
      app.add_subcommand("convert", "write a CSV file as NPY: features, then the target");
  add_file_options(*command, arguments->data);
  command->add_option("-o,--output", arguments->output, ".npy file to write")
      ->type_name("FILE")
      ->required();
  command->add_option("--dtype", arguments->dtype, "of its numbers: f64 or f32 [f64]")
      ->check(CLI::IsMember({"f64", "f32"}));
  return [arguments] { return convert(*arguments); };
}

}  // namespace levelgrad::app
