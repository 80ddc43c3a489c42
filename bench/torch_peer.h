// SPDX-License-Identifier: MIT
//
// PyTorch as a peer: runs bench/peers/torch_moons.py as a child process.
#pragma once

#include <string>
#include <vector>

#include "timing.h"

namespace levelgrad::bench {

/// What PyTorch is given.
struct TorchTask {
  std::vector<double> parameters;      ///< [337]
  std::vector<double> grads;           ///< [337], what PyTorch's must agree with
  std::vector<double> x0, x1, labels;  ///< [example count]
  int rounds = 0;
  double least_ms = 0;  ///< of a sample
};

/// Rows with their samples, and the versions of PyTorch and its BLAS that they come from.
struct TorchRows {
  std::vector<Row> rows;
  std::string version;
};

/// A Python that can import torch: python3, or else the system's own. Empty: there is none.
[[nodiscard]] std::string find_torch_python();

/// Runs PyTorch with that many threads.
///
/// errors   FileError where the data cannot be written; Error where the script fails, which has
///          then said why on stderr.
[[nodiscard]] TorchRows run_torch(const std::string& python, const TorchTask& task, int threads);

}  // namespace levelgrad::bench
