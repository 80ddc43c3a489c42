// SPDX-License-Identifier: MIT
//
// --executor, --device and what goes with them: which executors a command runs, and where.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "executors.h"

namespace levelgrad::app {

/// What a command line says of it.
struct ExecutorArguments {
  const CLI::App* command = nullptr;
  std::vector<std::string> names;  ///< --executor; empty: the device decides
  std::string device = "auto";
  std::string math = "exact";
  bool several = false;     ///< whether the command runs all of the executors
  ExecutorOptions options;  ///< but for the device and math
};

/// What follows from it.
struct ExecutorChoice {
  std::vector<std::string> names;  ///< the fastest first, unless the command line gives the order
  ExecutorOptions options;
  /// A line for stderr where no GPU is used and one could be expected; else "".
  std::string note = {};
};

/// In fast mode, a line on stderr that bits are not promised.
void say_math(const ExecutorChoice& choice);

/// Adds --executor, --device, --strategy, --threads and --math to a command.
///
/// several   --executor takes a list.
/// what      for the help of --executor.
void add_executor_options(CLI::App& command, ExecutorArguments& arguments, bool several,
                          const std::string& what);

/// Decides. Executors that are named decide the device too; else `cpu` and `cuda` take all that run
/// there, and `auto` all that can run here; with a strategy, of a GPU's those that have some. A
/// command that runs only one of them compiles nothing on the CPU for it unless it is named: most
/// runs are over before that pays. Fast mode takes those that have one.
///
/// errors   UsageError for an unknown name or device, for a device on which an executor that is
///          named does not run, for a strategy with one that has none, and for fast mode where one
///          that is named has none; DeviceError for a GPU that is asked for and cannot be used,
///          never for `auto`.
[[nodiscard]] ExecutorChoice choose_executors(const ExecutorArguments& arguments);

}  // namespace levelgrad::app
