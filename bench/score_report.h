// SPDX-License-Identifier: MIT
//
// The scoreboard as a table, a batch at a time, and as JSON.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "levelgrad/host/gpu.h"
#include "score.h"

namespace levelgrad::bench {

/// What the scores belong to.
struct Circumstances {
  int threads = 1;  ///< "all"
  /// Operations per ns, the most that was measured: f64 and f32, one thread and all.
  double slots_f64[2] = {}, slots_f32[2] = {};
  std::string gpu_name;          ///< "" where there is none
  std::optional<host::Gpu> gpu;  ///< where it is known
  std::string load_before;
  std::string options;  ///< rounds and the like, in words
};

/// ns per example that arithmetic alone takes; 0 where it is not known.
[[nodiscard]] double limit_ns(const Score& score, const Circumstances& circumstances);

void print_circumstances(const Circumstances& circumstances);
/// Lines of one batch size, the fastest first within a dtype and place.
void print_scores(std::vector<Score> scores, const Circumstances& circumstances);

/// What the limits are, and how the machine was found when all was done.
void print_limits(const Circumstances& circumstances);

/// All of it. left_out: peers and executors that have no line, and why. Errors: FileError.
void write_scores(const std::string& path, const std::vector<Score>& scores,
                  const std::vector<std::string>& left_out, const Circumstances& circumstances);

}  // namespace levelgrad::bench
