// SPDX-License-Identifier: MIT
//
// The executor host-native as this program uses it: with a way out where nothing can be compiled.
#pragma once

#include <memory>
#include <string>

#include "levelgrad/executor.h"

namespace levelgrad::app {

/// The compiler that host-native would use, and where it keeps what that makes.
struct FoundCompiler {
  std::string command;   ///< "/usr/bin/c++"
  std::string version;   ///< the first line that it says of itself
  std::string why_none;  ///< "" where there is one
  std::string cache;     ///< a folder; "": none
};

/// Asks the system, which takes some milliseconds. Never throws for a machine without compiler.
[[nodiscard]] FoundCompiler find_compiler();

/// host-native; or the host executor where there is no compiler. On stderr it says, each in a line
/// and once, that the host executor runs and why, and what is wrong with the cache. While it
/// compiles it says so where stderr is a terminal.
template <class T>
[[nodiscard]] std::unique_ptr<BasicExecutor<T>> make_native_executor(std::size_t threads);

extern template std::unique_ptr<BasicExecutor<float>> make_native_executor(std::size_t);
extern template std::unique_ptr<BasicExecutor<double>> make_native_executor(std::size_t);

}  // namespace levelgrad::app
