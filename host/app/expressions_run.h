// SPDX-License-Identifier: MIT
//
// `levelgrad train expressions`: a bag of random formulas, their numbers fitted to points.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "levelgrad/executor.h"

namespace levelgrad::app {

struct ExpressionsRun {
  std::unique_ptr<Executor> executor;
  std::string save;       ///< folder of expressions.csv
  std::string note = {};  ///< a line for stderr, before the first step
  std::string log = {};   ///< file of the JSON log; empty: none
  std::size_t trees = 64;
  std::size_t points = 32;
  int steps = 200;
  double lr = 0.05;
  std::uint64_t seed = 5;  ///< of the points, and then of the trees
};

/// Fits to the end. Lines on stdout for some steps, then the best formulas; a JSON object per step
/// in the log; the bar, and trees that are left out, on stderr; all formulas in the folder. The
/// result is the exit code.
///
/// After Ctrl-C the step is finished, and no formula is written.
/// errors   UsageError for more examples than a batch should have; as ExpressionFit.
[[nodiscard]] int fit_expressions(ExpressionsRun run);

}  // namespace levelgrad::app
