// SPDX-License-Identifier: MIT
//
// A tile of a batch as one cooperative launch.
#pragma once

#include <cstdint>

#include "tile_task.h"

namespace levelgrad::cuda {

/// Asynchronous. lanes   what persistent_tile() says.
template <class T>
void run_persistent(const TileTask<T>& task, std::uint32_t lanes, int device, cudaStream_t stream);

/// The same where a lane's numbers do not fit into shared memory, or are wanted afterwards: blocks
/// walk the levels of lanes whose numbers are in device memory. Asynchronous.
template <class T>
void walk_tile(const TileTask<T>& task, cudaStream_t stream);

}  // namespace levelgrad::cuda
