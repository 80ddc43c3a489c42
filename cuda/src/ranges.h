// SPDX-License-Identifier: MIT
//
// Names for NVIDIA's profilers. They cost nothing where no profiler looks.
#pragma once

#include <nvtx3/nvToolsExt.h>

#include <cstdlib>
#include <string>

namespace levelgrad::cuda {

/// Whether a profiler listens to names: the variable by which it is loaded.
[[nodiscard]] inline bool profiled() {
  static const bool found = std::getenv("NVTX_INJECTION64_PATH") != nullptr;
  return found;
}

/// A named stretch of the host's time, as long as the object lives.
class Range {
public:
  explicit Range(const char* name) { nvtxRangePushA(name); }
  /// "name, level first to last", the Schedule's levels.
  Range(const char* name, std::size_t first, std::size_t last) {
    if (!profiled()) {
      nvtxRangePushA(name);
      return;
    }
    std::string text = std::string(name) + ", level " + std::to_string(first);
    if (last != first) text += " to " + std::to_string(last);
    nvtxRangePushA(text.c_str());
  }
  ~Range() { nvtxRangePop(); }
  Range(const Range&) = delete;
  Range& operator=(const Range&) = delete;
};

}  // namespace levelgrad::cuda
