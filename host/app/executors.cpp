// SPDX-License-Identifier: MIT
#include "executors.h"

#include "levelgrad/error.h"
#include "levelgrad/host/host_executor.h"
#include "levelgrad/reference_executor.h"

namespace levelgrad::app {
namespace {

template <class T>
struct Entry {
  const char* name;
  std::unique_ptr<BasicExecutor<T>> (*make)(const ExecutorOptions&);
};

host::HostOptions host_options(const ExecutorOptions& options) {
  host::HostOptions result;
  result.threads = static_cast<std::size_t>(options.threads);
  return result;
}

/// What --executor can name.
template <class T>
std::vector<Entry<T>> entries() {
  using Made = std::unique_ptr<BasicExecutor<T>>;
  return {
      {"host",
       [](const ExecutorOptions& options) -> Made {
         return std::make_unique<host::BasicHostExecutor<T>>(host_options(options));
       }},
      {"reference",
       [](const ExecutorOptions&) -> Made {
         return std::make_unique<BasicReferenceExecutor<T>>();
       }},
  };
}

}  // namespace

std::vector<std::string> executor_names() {
  std::vector<std::string> names;
  for (const Entry<double>& entry : entries<double>()) names.emplace_back(entry.name);
  return names;
}

std::string executor_list() {
  std::string text;
  for (const std::string& name : executor_names()) text += (text.empty() ? "" : ", ") + name;
  return text;
}

template <class T>
std::unique_ptr<BasicExecutor<T>> make_executor(const std::string& name,
                                                const ExecutorOptions& options) {
  for (const Entry<T>& entry : entries<T>()) {
    if (name == entry.name) return entry.make(options);
  }
  throw UsageError("--executor: none is named '" + name + "'; there are: " + executor_list());
}

template std::unique_ptr<BasicExecutor<float>> make_executor(const std::string&,
                                                             const ExecutorOptions&);
template std::unique_ptr<BasicExecutor<double>> make_executor(const std::string&,
                                                              const ExecutorOptions&);

}  // namespace levelgrad::app
