// SPDX-License-Identifier: MIT
//
// A launch for each level. The launches of a tile are captured once as a CUDA Graph, and replayed
// for every tile and step that is the same but for the numbers.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "device_memory.h"
#include "tile_task.h"

namespace levelgrad::cuda {

/// Forward, and backward where the task says so, for lanes of one body whose data is in device
/// memory; outputs, joined numbers and input grads stored.
template <class T>
void launch_body(const DeviceBodies& bodies, std::size_t program, const LanesView<T>& lanes,
                 bool backward, cudaStream_t stream);

/// The joins' sums, the tree, and what follows it.
template <class T>
void launch_end(const TileTask<T>& task, cudaStream_t stream);

template <class T>
class LaunchStrategy {
public:
  /// A launch for each level. Asynchronous.
  void run(const TileTask<T>& task, cudaStream_t stream);
  /// The launches that somebody else makes for a task: captured when a task is new, replayed where
  /// it comes again. owner   who makes them. Asynchronous.
  void run(const TileTask<T>& task, const void* owner, const std::function<void()>& launch,
           cudaStream_t stream);
  /// Behind a change of memory: pointers may come again with another meaning.
  void forget() { captured_.clear(); }

private:
  using Key = std::vector<std::uint64_t>;
  struct Captured {
    Key key;
    GraphExec graph;
  };
  std::vector<Captured> captured_;  // the last one used is the last
};

}  // namespace levelgrad::cuda
