// SPDX-License-Identifier: MIT
//
// The CPU executor: chunks over threads, lanes over vector instructions.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "levelgrad/host/cpu_executor.h"

namespace levelgrad::host {

/// How the host executor works; none of it has an effect on bits.
struct HostOptions {
  std::size_t threads = 0;  ///< 0: one for each core
  /// Lanes that one loop runs at once: 16, 32, ... 128; 0: as many as fit 128 KiB.
  std::size_t sub_block = 0;
  /// Which copy of the loops runs: "baseline", "x86-64-v3" or "x86-64-v4"; empty: the fastest that
  /// the processor has.
  std::string isa = {};
};

/// Runs a batch chunk by chunk, a chunk in sub-blocks, the highest lanes first: every node is one
/// vectorised loop over the lanes, and a parameter's fold is carried on from sub-block to
/// sub-block, vectorised over parameters.
///
/// Neighbouring examples of one Program run together; a batch in which Programs take turns is
/// slower. For each loaded Program and kind of run (forward, backward, grads of inputs) each thread
/// keeps one sub-block of numbers; memory does not grow with the batch.
///
/// errors   ArgumentError for options out of range, or an isa that the processor lacks.
template <class T>
class BasicHostExecutor : public BasicCpuExecutor<T> {
public:
  explicit BasicHostExecutor(HostOptions options = {});

  [[nodiscard]] std::string name() const override;
};

/// The names that HostOptions::isa may have on this processor, the fastest first.
[[nodiscard]] std::vector<std::string> host_isas();

extern template class BasicHostExecutor<float>;
extern template class BasicHostExecutor<double>;

using HostExecutor = BasicHostExecutor<double>;
using HostExecutorF32 = BasicHostExecutor<float>;

}  // namespace levelgrad::host
