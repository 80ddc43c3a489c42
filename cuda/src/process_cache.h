// SPDX-License-Identifier: MIT
//
// A code cache for those who name none: in memory, as long as the process runs.
#pragma once

#include "levelgrad/code_cache.h"

namespace levelgrad::cuda {

[[nodiscard]] CodeCache& process_cache();

}  // namespace levelgrad::cuda
