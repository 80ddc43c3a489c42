// SPDX-License-Identifier: MIT
//
// The program `levelgrad`: reads the command line, runs a command, turns errors into exit codes.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "commands.h"
#include "exit_code.h"
#include "gpus.h"
#include "levelgrad/error.h"
#include "levelgrad/self_test.h"
#include "mistake.h"

namespace {

using namespace levelgrad;

int fail(app::ExitCode code, const std::string& message) {
  std::fprintf(stderr, "levelgrad: %s\n", message.c_str());
  return code;
}

/// The command line's mistakes: one line, and a hint's where there is one.
int fail_usage(const std::string& message, const CLI::App& app) {
  if (message.find("\nhint: ") != std::string::npos) return fail(app::exit_usage, message);
  std::string command = "levelgrad";
  for (const CLI::App* sub : app.get_subcommands()) command += " " + sub->get_name();
  const std::string line = message.substr(0, message.find('\n'));
  return fail(app::exit_usage, line + " (see " + command + " --help)");
}

/// "levelgrad 0.1.0 (GNU 12.2.0, CUDA 13.0)"
std::string version() {
  const std::string toolkit = app::built_toolkit();
  return "levelgrad " LEVELGRAD_VERSION " (" LEVELGRAD_COMPILER ", " +
         (toolkit.empty() ? "no CUDA" : "CUDA " + toolkit) + ")";
}

int run(int argc, char** argv) {
  CLI::App cli("levelgrad: a scalar autograd engine with the same bits on CPU and GPU",
               "levelgrad");
  cli.set_version_flag("--version", version());
  cli.require_subcommand(0, 1);
  const std::vector<app::Command> commands = {
      app::add_train(cli),   app::add_eval(cli),  app::add_predict(cli),   app::add_plot(cli),
      app::add_convert(cli), app::add_graph(cli), app::add_schedule(cli),  app::add_emit(cli),
      app::add_parity(cli),  app::add_info(cli),  app::add_completion(cli)};
  try {
    cli.parse(argc, argv);
  } catch (const CLI::Success& help_or_version) {
    return cli.exit(help_or_version);
  } catch (const CLI::ParseError& error) {
    return fail_usage(app::mistake(cli, error), cli);
  }
  if (cli.get_subcommands().empty()) return fail_usage(app::which_command(cli), cli);

  try {
    for (std::size_t i = 0; i < commands.size(); ++i) {
      if (cli.get_subcommands().front() == cli.get_subcommand(static_cast<int>(i))) {
        return commands[i]();
      }
    }
    throw InternalError("a command without code");
  } catch (const UsageError& error) {
    return fail_usage(error.what(), cli);
  } catch (const ArgumentError& error) {
    return fail_usage(error.what(), cli);
  } catch (const DataError& error) {
    return fail(app::exit_data, error.what());
  } catch (const ProgramError& error) {
    return fail(app::exit_data, error.what());
  } catch (const FileError& error) {
    return fail(app::exit_data, error.what());
  } catch (const DeviceError& error) {
    return fail(app::exit_device, error.what());
  } catch (const CompilerError& error) {
    return fail(app::exit_device, error.what());
  } catch (const DivergedError& error) {
    return fail(app::exit_diverged, error.what());
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    levelgrad::check_arithmetic();
    return run(argc, argv);
  } catch (const std::bad_alloc&) {
    return fail(app::exit_internal, "out of memory");
  } catch (const std::exception& error) {
    return fail(app::exit_internal, error.what());
  }
}
