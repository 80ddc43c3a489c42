// SPDX-License-Identifier: MIT
//
// The executors that the scoreboard shows. A new one is an entry in executor_list.cpp.
#pragma once

#include <cstddef>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "levelgrad/executor.h"

namespace levelgrad::bench {

enum class Place : unsigned char {
  OneThread,   ///< on the CPU, with one thread only
  AnyThreads,  ///< on the CPU, a line for one thread and one for all
  Gpu,         ///< run_steps() keeps data and parameters there
};

constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();

struct ExecutorEntry {
  template <class T>
  using Make = std::function<std::unique_ptr<BasicExecutor<T>>(std::size_t threads)>;

  std::string name;
  Place place;
  std::size_t most_examples;  ///< of a batch that it is shown with
  Make<double> f64;
  Make<float> f32;

  /// make   a function template of the dtype: given the number of threads, a new executor.
  template <class Function>
  ExecutorEntry(std::string its_name, Place its_place, std::size_t most, Function make)
      : name(std::move(its_name)),
        place(its_place),
        most_examples(most),
        f64([make](std::size_t threads) { return make.template operator()<double>(threads); }),
        f32([make](std::size_t threads) { return make.template operator()<float>(threads); }) {}

  template <class T>
  [[nodiscard]] std::unique_ptr<BasicExecutor<T>> make(std::size_t threads) const {
    if constexpr (sizeof(T) == sizeof(double)) {
      return f64(threads);
    } else {
      return f32(threads);
    }
  }
};

/// Those that this build has. Making one may fail: then the machine cannot run it.
[[nodiscard]] std::vector<ExecutorEntry> executor_list();

}  // namespace levelgrad::bench
