// SPDX-License-Identifier: MIT
//
// Which strategy runs a batch: the one that was asked for, or the one that was measured to be
// faster for batches of this size.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "device_memory.h"
#include "levelgrad/cuda/level_executor.h"

namespace levelgrad::cuda {

class StrategyChoice {
public:
  explicit StrategyChoice(Strategy wanted) : wanted_(wanted) {}

  /// For a batch of so many examples, of one kind of pass: what to run next. Behind it comes
  /// done().
  [[nodiscard]] Strategy next(std::size_t examples, std::uint32_t kind, cudaStream_t stream);
  /// All of the batch is launched.
  void done(cudaStream_t stream);

private:
  /// Each strategy runs twice; the first time it is warming up.
  static constexpr unsigned trials = 4;
  struct Measured {
    std::size_t examples;
    std::uint32_t kind;
    unsigned tried = 0;
    float ms[2] = {};  ///< persistent, launches
  };

  Strategy wanted_;
  std::vector<Measured> measured_;
  std::optional<std::size_t> running_;  // in measured_
  Event begin_, end_;
};

}  // namespace levelgrad::cuda
