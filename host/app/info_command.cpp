// SPDX-License-Identifier: MIT
//
// `levelgrad info`: what this program was built with, and what it finds on this machine.
#include <fmt/format.h>
#include <sys/utsname.h>

#include <fstream>
#include <memory>
#include <thread>

#include "commands.h"
#include "executors.h"
#include "exit_code.h"
#include "gpus.h"
#include "json_text.h"
#include "levelgrad/host/host_executor.h"
#include "line_file.h"
#include "native.h"

namespace levelgrad::app {
namespace {

/// The processor as Linux names it; where it does not, its architecture.
std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
  }
  utsname system = {};
  return uname(&system) == 0 ? system.machine : "unknown";
}

/// Why the executor cannot run here; "" where it can.
std::string why_not(const std::string& executor, const FoundCompiler& compiler) {
  if (place_of(executor) == Place::Gpu) return gpus().why_none;
  return compiles(executor) ? compiler.why_none : "";
}

std::string_view word(Place place) { return place == Place::Gpu ? "GPU" : "CPU"; }

double gib(std::size_t bytes) { return static_cast<double>(bytes) / (1 << 30); }

std::string nvrtc_text(const FoundNvrtc& found) {
  return fmt::format("NVRTC           {}\n",
                     found.why_none.empty() ? found.version : "none: " + found.why_none);
}

std::string cuda_text(const Gpus& found) {
  if (!found.built()) {
    return "CUDA            not in this build (install a CUDA toolkit, 12.4 or newer, and build "
           "again)\n";
  }
  std::string text = fmt::format("CUDA            {}, compiled for {}\n", found.toolkit,
                                 fmt::join(found.architectures, ", "));
  text += found.driver.empty() ? "driver          none\n"
                               : fmt::format("driver          up to CUDA {}\n", found.driver);
  if (!found.usable()) text += fmt::format("GPUs            none: {}\n", found.why_none);
  for (const FoundGpu& gpu : found.list) {
    text += fmt::format(
        "GPU {:<12}{}, compute capability {}\n{:16}{} multiprocessors, {:.1f} GiB, {:.0f} KiB "
        "shared memory per block\n",
        gpu.index, gpu.name, gpu.compute_capability, "", gpu.multiprocessors, gib(gpu.memory),
        static_cast<double>(gpu.shared_memory) / 1024);
  }
  return text + nvrtc_text(find_nvrtc());
}

std::string compiler_text(const FoundCompiler& found) {
  return fmt::format(
      "compiler        {}\ncompiled code   {}\n",
      found.why_none.empty() ? found.command + ", " + found.version : "none: " + found.why_none,
      found.cache.empty() ? "is not kept" : found.cache);
}

std::string table(const Gpus& found, const FoundCompiler& compiler) {
  std::string text = fmt::format("levelgrad       {}\n{}", LEVELGRAD_VERSION, cuda_text(found));
  text += fmt::format("CPU             {}\n{:16}{} logical processors; instruction sets {}\n",
                      processor_name(), "", std::thread::hardware_concurrency(),
                      fmt::join(host::host_isas(), ", "));
  text += compiler_text(compiler);
  text += "executors\n";
  for (const std::string& name : executor_names()) {
    const std::string why = why_not(name, compiler);
    text += fmt::format("  {:<14}{}, {}\n", name, word(place_of(name)),
                        why.empty() ? "can run here" : "cannot run here: " + why);
  }
  return text;
}

/// The text, or null for "".
void text_or_null(host::JsonWriter& json, std::string_view key, const std::string& text) {
  json.key(key);
  if (text.empty()) {
    json.null();
  } else {
    json.value(text);
  }
}

void list(host::JsonWriter& json, std::string_view key, const std::vector<std::string>& texts) {
  json.key(key);
  json.open('[');
  for (const std::string& text : texts) json.value(text);
  json.close(']');
}

void write_cuda(host::JsonWriter& json, const Gpus& found) {
  json.key("cuda");
  json.open('{');
  json.member("built", found.built());
  text_or_null(json, "toolkit", found.toolkit);
  list(json, "architectures", found.architectures);
  text_or_null(json, "driver", found.driver);
  text_or_null(json, "why_no_gpu", found.why_none);
  const FoundNvrtc nvrtc = find_nvrtc();
  text_or_null(json, "nvrtc", nvrtc.version);
  text_or_null(json, "why_no_nvrtc", nvrtc.why_none);
  json.close('}');
  json.key("gpus");
  json.open('[');
  for (const FoundGpu& gpu : found.list) {
    json.open('{');
    json.member("index", gpu.index);
    json.member("name", gpu.name);
    json.member("compute_capability", gpu.compute_capability);
    json.member("multiprocessors", gpu.multiprocessors);
    json.member("memory", gpu.memory);
    json.member("shared_memory_per_block", gpu.shared_memory);
    json.close('}');
  }
  json.close(']');
}

void write_compiler(host::JsonWriter& json, const FoundCompiler& found) {
  json.key("compiler");
  json.open('{');
  text_or_null(json, "program", found.command);
  text_or_null(json, "version", found.version);
  text_or_null(json, "why_none", found.why_none);
  text_or_null(json, "cache", found.cache);
  json.close('}');
}

std::string object(const Gpus& found, const FoundCompiler& compiler) {
  host::JsonWriter json;
  json.open('{');
  json.member("version", LEVELGRAD_VERSION);
  write_cuda(json, found);
  json.key("cpu");
  json.open('{');
  json.member("name", processor_name());
  json.member("logical_processors", std::thread::hardware_concurrency());
  list(json, "instruction_sets", host::host_isas());
  json.close('}');
  write_compiler(json, compiler);
  json.key("executors");
  json.open('[');
  for (const std::string& name : executor_names()) {
    json.open('{');
    json.member("name", name);
    json.member("device", place_of(name) == Place::Gpu ? "cuda" : "cpu");
    json.member("usable", why_not(name, compiler).empty());
    text_or_null(json, "why_not", why_not(name, compiler));
    json.close('}');
  }
  json.close(']');
  json.close('}');
  return json.take();
}

}  // namespace

Command add_info(CLI::App& app) {
  auto json = std::make_shared<bool>(false);
  CLI::App* command =
      app.add_subcommand("info", "tell what was built and which GPUs and executors can be used");
  command->add_flag("--json", *json, "one JSON object instead of a table");
  return [json] {
    const FoundCompiler compiler = find_compiler();
    LineFile().write_bytes(*json ? object(gpus(), compiler) : table(gpus(), compiler));
    return exit_ok;
  };
}

}  // namespace levelgrad::app
