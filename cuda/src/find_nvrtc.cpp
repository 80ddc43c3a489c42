// SPDX-License-Identifier: MIT
#include "levelgrad/cuda/fused_executor.h"
#include "levelgrad/error.h"
#include "nvrtc_library.h"
#include "one_line.h"

namespace levelgrad::cuda {

FoundNvrtc find_nvrtc() {
  try {
    return {Nvrtc::get().version(), ""};
  } catch (const CompilerError& error) {
    return {"", one_line(error.message())};
  }
}

}  // namespace levelgrad::cuda
