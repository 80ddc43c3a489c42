// SPDX-License-Identifier: MIT
#include "executor_choice.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "gpus.h"
#include "levelgrad/error.h"

namespace levelgrad::app {
namespace {

/// What --device says. Without a place: auto.
struct Device {
  std::optional<Place> place;
  int index = 0;
};

Device device_named(const std::string& name) {
  if (name == "auto") return {};
  if (name == "cpu") return {Place::Cpu};
  if (name == "cuda") return {Place::Gpu};
  const std::string prefix = "cuda:";
  Device device = {Place::Gpu};
  if (name.starts_with(prefix)) {
    const char* end = name.data() + name.size();
    const auto read = std::from_chars(name.data() + prefix.size(), end, device.index);
    if (read.ec == std::errc() && read.ptr == end && device.index >= 0) return device;
  }
  throw UsageError("--device: '" + name + "' is none of auto, cpu, cuda, cuda:N");
}

bool is_named(const ExecutorArguments& arguments, const char* option) {
  return arguments.command->count(option) > 0;
}

/// Refuses executors that do not run on the device that is named with them.
void check_places(const ExecutorArguments& arguments, const Device& device) {
  for (const std::string& name : arguments.names) {
    const Place place = place_of(name);
    if (!device.place || *device.place == place) continue;
    throw UsageError("--device " + arguments.device + " with --executor " + name +
                     ", which runs on " + (place == Place::Gpu ? "a GPU" : "the CPU") +
                     ": leave one of them out");
  }
}

std::string fast_list() {
  std::string text;
  for (const std::string& name : executor_names()) {
    if (has_fast_mode(name)) text += (text.empty() ? "" : ", ") + name;
  }
  return text;
}

/// Refuses executors that have no fast mode where it is asked for.
void check_math(const ExecutorArguments& arguments) {
  if (arguments.math != "fast") return;
  for (const std::string& name : arguments.names) {
    if (has_fast_mode(name)) continue;
    throw UsageError("--math fast: " + name +
                     " is always exact; these have a fast mode: " + fast_list());
  }
}

/// The executors that the device decides on.
std::vector<std::string> names_for(const Device& device, bool several, Math math) {
  std::vector<std::string> names = usable_executor_names();
  if (math == Math::Fast) {
    std::erase_if(names, [](const auto& name) { return !has_fast_mode(name); });
  } else if (!several) {
    std::erase_if(names,
                  [](const auto& name) { return compiles(name) && place_of(name) == Place::Cpu; });
  }
  if (device.place) {
    std::erase_if(names, [&](const auto& name) { return place_of(name) != *device.place; });
  }
  return names;
}

/// Whether somebody who gave this command line wants to know that no GPU is used.
bool expects_gpu(const ExecutorArguments& arguments) {
  return gpus().built() || is_named(arguments, "--device") || is_named(arguments, "--strategy");
}

}  // namespace

void add_executor_options(CLI::App& command, ExecutorArguments& arguments, bool several,
                          const std::string& what) {
  arguments.command = &command;
  arguments.several = several;
  CLI::Option* executor = command.add_option("--executor", arguments.names, what);
  if (several) {
    executor->delimiter(',')->allow_extra_args(false);
  } else {
    executor->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::Throw);
  }
  executor->type_name(fmt::format("NAME:{{{}}}", fmt::join(executor_names(), ",")));
  command
      .add_option("--device", arguments.device,
                  "cpu, cuda (GPU 0), cuda:N, or auto: the GPU where one can be used [auto]")
      ->type_name("NAME:{auto,cpu,cuda}");
  command
      .add_option("--strategy", arguments.options.strategy,
                  "of cuda-level: launches, persistent, or auto, which measures both [auto]")
      ->check(CLI::IsMember({"auto", "launches", "persistent"}));
  command.add_option("--threads", arguments.options.threads, "of executors on the CPU [all cores]")
      ->check(CLI::Range(1, 1024));
  command
      .add_option("--math", arguments.math,
                  "exact, or fast: compiled code may contract, and bits are not promised [exact]")
      ->check(CLI::IsMember({"exact", "fast"}));
}

void say_math(const ExecutorChoice& choice) {
  if (choice.options.math == Math::Exact) return;
  fmt::print(stderr,
             "levelgrad: --math fast: a * b + c may be rounded once; which bits come out is "
             "not promised\n");
}

ExecutorChoice choose_executors(const ExecutorArguments& arguments) {
  const Device device = device_named(arguments.device);
  check_places(arguments, device);
  check_math(arguments);
  const auto on_gpu = [](const std::string& name) { return place_of(name) == Place::Gpu; };
  const bool gpu_named = std::ranges::any_of(arguments.names, on_gpu);
  const bool cpu_named = device.place == Place::Cpu || (!arguments.names.empty() && !gpu_named);
  if (cpu_named && is_named(arguments, "--strategy")) {
    throw UsageError("--strategy has a meaning for executors on a GPU only");
  }
  if (is_named(arguments, "--strategy")) {
    for (const std::string& name : arguments.names) {
      if (has_strategies(name) || !on_gpu(name)) continue;
      throw UsageError("--strategy has no meaning for " + name);
    }
  }
  if (gpu_named || device.place == Place::Gpu) require_gpu(device.index);

  ExecutorChoice choice = {arguments.names, arguments.options};
  choice.options.device = device.index;
  choice.options.math = arguments.math == "fast" ? Math::Fast : Math::Exact;
  if (!choice.names.empty()) return choice;
  choice.names = names_for(device, arguments.several, choice.options.math);
  if (is_named(arguments, "--strategy")) {
    std::erase_if(choice.names,
                  [&](const auto& name) { return on_gpu(name) && !has_strategies(name); });
  }
  if (choice.names.empty()) {
    throw UsageError("--math fast: no executor on this device has a fast mode; these have one: " +
                     fast_list());
  }
  if (!device.place && !gpus().usable() && expects_gpu(arguments)) {
    choice.note = "running on the CPU: " + gpus().why_none;
  }
  return choice;
}

}  // namespace levelgrad::app
