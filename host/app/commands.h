// SPDX-License-Identifier: MIT
//
// The commands of the program. Each adds itself to the command line and returns what runs it.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace levelgrad::app {

/// Runs a command whose options have been read; the result is the exit code.
using Command = std::function<int()>;

Command add_train(CLI::App& app);
Command add_eval(CLI::App& app);
Command add_predict(CLI::App& app);
Command add_plot(CLI::App& app);
Command add_convert(CLI::App& app);
Command add_graph(CLI::App& app);
Command add_emit(CLI::App& app);
Command add_parity(CLI::App& app);
Command add_schedule(CLI::App& app);
Command add_info(CLI::App& app);
/// app   is borrowed: the command writes of all that has been added to it when it runs.
Command add_completion(CLI::App& app);

}  // namespace levelgrad::app
