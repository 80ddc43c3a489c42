// SPDX-License-Identifier: MIT
#include "data_arguments.h"

#include "levelgrad/error.h"

namespace levelgrad::app {
namespace {

char delimiter_of(const std::string& text) {
  if (text == "tab" || text == "\\t") return '\t';
  if (text == "space") return ' ';
  if (text.size() == 1) return text.front();
  throw UsageError("--delimiter: '" + text + "' is neither one character nor tab or space");
}

}  // namespace

CLI::Option* add_reading_options(CLI::App& command, DataArguments& data, const std::string& name) {
  const auto add = [&](const std::string& option, std::string& member, const char* help) {
    return command.add_option(option, member, help)->group("Data");
  };
  CLI::Option* file =
      add(name, data.file, "CSV or NPY file: a row for each example")->type_name("FILE");
  add("--target", data.target, "name or number (from 1) of the column to learn [the last]");
  add("--delimiter", data.delimiter, "between cells: a character, tab or space [,]");
  add("--header", data.header, "whether the first row has names: auto, yes or no [auto]")
      ->check(CLI::IsMember({"auto", "yes", "no"}));
  add("--missing", data.missing,
      "empty cells, NA, ?: refuse them, drop the row, take the column's mean [refuse]")
      ->check(CLI::IsMember({"refuse", "drop", "mean"}));
  add("--task", data.task, "what the target is: classes, or numbers: regression [auto]")
      ->check(CLI::IsMember({"auto", "classes", "regression"}));
  return file;
}

void add_file_options(CLI::App& command, DataArguments& data) {
  add_reading_options(command, data, "file,--data")->required();
}

host::DataOptions data_options(const DataArguments& arguments) {
  host::DataOptions options;
  options.delimiter = delimiter_of(arguments.delimiter);
  options.header = arguments.header == "yes"  ? host::Header::Yes
                   : arguments.header == "no" ? host::Header::No
                                              : host::Header::Auto;
  options.missing = arguments.missing == "drop"   ? host::Missing::Drop
                    : arguments.missing == "mean" ? host::Missing::Mean
                                                  : host::Missing::Refuse;
  options.target = arguments.target;
  if (arguments.task != "auto") options.classes = arguments.task == "classes";
  return options;
}

}  // namespace levelgrad::app
