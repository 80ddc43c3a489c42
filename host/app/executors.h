// SPDX-License-Identifier: MIT
//
// The executors that this program can run: the one list that names them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "levelgrad/executor.h"

namespace levelgrad::app {

/// What the command line says about executors.
struct ExecutorOptions {
  int threads = 0;  ///< 0: as many as there are cores
};

/// Fastest first, the reference last.
[[nodiscard]] std::vector<std::string> executor_names();
/// "host, reference"
[[nodiscard]] std::string executor_list();

/// Errors: UsageError for a name that is not in the list, which it shows.
template <class T>
[[nodiscard]] std::unique_ptr<BasicExecutor<T>> make_executor(const std::string& name,
                                                              const ExecutorOptions& options);

extern template std::unique_ptr<BasicExecutor<float>> make_executor(const std::string&,
                                                                    const ExecutorOptions&);
extern template std::unique_ptr<BasicExecutor<double>> make_executor(const std::string&,
                                                                     const ExecutorOptions&);

}  // namespace levelgrad::app
