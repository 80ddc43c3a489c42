// SPDX-License-Identifier: MIT
//
// A tile of a batch with the body as one compiled kernel.
#pragma once

#include "fused_body.h"
#include "tile_task.h"

namespace levelgrad::cuda {

/// Asynchronous.
template <class T>
void run_fused(const TileTask<T>& task, FusedBody<T>& body, cudaStream_t stream);

}  // namespace levelgrad::cuda
