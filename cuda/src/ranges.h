// SPDX-License-Identifier: MIT
//
// Names for NVIDIA's profilers. They cost nothing where no profiler looks.
#pragma once

#include <nvtx3/nvToolsExt.h>

namespace levelgrad::cuda {

/// A named stretch of the host's time, as long as the object lives.
class Range {
public:
  explicit Range(const char* name) { nvtxRangePushA(name); }
  ~Range() { nvtxRangePop(); }
  Range(const Range&) = delete;
  Range& operator=(const Range&) = delete;
};

}  // namespace levelgrad::cuda
