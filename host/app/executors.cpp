// SPDX-License-Identifier: MIT
#include "executors.h"

#include "gpus.h"
#include "levelgrad/error.h"
#include "levelgrad/host/host_executor.h"
#include "levelgrad/reference_executor.h"
#include "native.h"

namespace levelgrad::app {
namespace {

template <class T>
struct Entry {
  std::string name;
  Place place;
  bool compiles;
  std::unique_ptr<BasicExecutor<T>> (*make)(const ExecutorOptions&);
};

host::HostOptions host_options(const ExecutorOptions& options) {
  host::HostOptions result;
  result.threads = static_cast<std::size_t>(options.threads);
  return result;
}

/// What --executor can name. Those of a GPU are in it in a build without CUDA too: whoever asks for
/// one is told what is missing.
template <class T>
std::vector<Entry<T>> entries() {
  using Made = std::unique_ptr<BasicExecutor<T>>;
  return {
      {"cuda-fused", Place::Gpu, true,
       [](const ExecutorOptions& options) -> Made {
         return make_fused_executor<T>(options.device, options.math);
       }},
      {"cuda-level", Place::Gpu, false,
       [](const ExecutorOptions& options) -> Made {
         return make_level_executor<T>(options.device, options.strategy);
       }},
      {"host-native", Place::Cpu, true,
       [](const ExecutorOptions& options) -> Made {
         return make_native_executor<T>(static_cast<std::size_t>(options.threads), options.math);
       }},
      {"host", Place::Cpu, false,
       [](const ExecutorOptions& options) -> Made {
         return std::make_unique<host::BasicHostExecutor<T>>(host_options(options));
       }},
      {"reference", Place::Cpu, false,
       [](const ExecutorOptions&) -> Made {
         return std::make_unique<BasicReferenceExecutor<T>>();
       }},
  };
}

template <class T>
Entry<T> entry_named(const std::string& name) {
  for (const Entry<T>& entry : entries<T>()) {
    if (name == entry.name) return entry;
  }
  std::string list;
  for (const std::string& known : executor_names()) list += (list.empty() ? "" : ", ") + known;
  throw UsageError("--executor: none is named '" + name + "'; there are: " + list);
}

}  // namespace

std::vector<std::string> executor_names() {
  std::vector<std::string> names;
  for (const Entry<double>& entry : entries<double>()) names.push_back(entry.name);
  return names;
}

std::vector<std::string> usable_executor_names() {
  std::vector<std::string> names;
  for (const Entry<double>& entry : entries<double>()) {
    if (entry.place == Place::Cpu || gpus().usable()) names.push_back(entry.name);
  }
  return names;
}

Place place_of(const std::string& name) { return entry_named<double>(name).place; }
bool compiles(const std::string& name) { return entry_named<double>(name).compiles; }
bool has_fast_mode(const std::string& name) { return compiles(name); }

bool has_strategies(const std::string& name) { return name == "cuda-level"; }

template <class T>
std::unique_ptr<BasicExecutor<T>> make_executor(const std::string& name,
                                                const ExecutorOptions& options) {
  return entry_named<T>(name).make(options);
}

template std::unique_ptr<BasicExecutor<float>> make_executor(const std::string&,
                                                             const ExecutorOptions&);
template std::unique_ptr<BasicExecutor<double>> make_executor(const std::string&,
                                                              const ExecutorOptions&);

}  // namespace levelgrad::app
