// SPDX-License-Identifier: MIT
//
// A Program as a source file that people take away and compile without levelgrad.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "levelgrad/schedule.h"

namespace levelgrad {

struct TakeAwayOptions {
  std::string name = "model";  ///< of the model, for people; its functions' names come from it
  bool f64 = true;
};

/// The file, part by part. Every file of a kind has the same parts from the library.
struct TakeAway {
  struct Part {
    bool from_library;  ///< the ops' headers, or what generated code stands on
    std::string text;
  };
  std::vector<Part> parts;

  [[nodiscard]] std::string text() const;
  /// What differs from Program to Program.
  [[nodiscard]] std::string generated() const;
};

/// The name as C functions can begin with it: "my net.txt" is "my_net".
[[nodiscard]] std::string c_name(std::string_view name);

/// C++20 for g++ and clang, vectors over lanes, one thread. The functions, with T double or float:
///
///   int NAME_step(const T* parameters, const T* inputs, size_t n, T* loss, T* grads)
///   int NAME_outputs(const T* parameters, const T* inputs, size_t n, T* const* outputs)
///   extern const T NAME_initial[]
///
/// Batches of any size, with the bits of levelgrad's executors. -DLEVELGRAD_MAIN adds a main() for
/// numbers from stdin. The file says how to compile it, and what the functions take and return.
[[nodiscard]] TakeAway take_away_cpp(const Schedule& schedule, const TakeAwayOptions& options);

/// CUDA C++ for nvcc: the same functions, which run on the current GPU. Pointers may be of the host
/// or of the GPU, but those in outputs stand in an array of the host.
[[nodiscard]] TakeAway take_away_cuda(const Schedule& schedule, const TakeAwayOptions& options);

}  // namespace levelgrad
