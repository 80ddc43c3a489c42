// SPDX-License-Identifier: MIT
//
// What bench_cuda found: as a table, as it comes, and as JSON.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "cuda_limits.h"
#include "levelgrad/cuda/devices.h"
#include "timing.h"

namespace levelgrad::bench {

/// A Row for one number of examples.
struct Timed {
  std::size_t n = 0;
  std::string how;  ///< "run": inputs handed over each time; "steps": the data are on the device
  Row row;
};

/// What the results belong to.
struct Conditions {
  cuda::Device device;
  int runtime = 0, driver = 0;  ///< of CUDA
  std::optional<host::Gpu> gpu;
  std::string host;  ///< the host executor's name
  int rounds = 0;
  double least_ms = 0;
  std::vector<std::pair<std::string, std::string>> peers;  ///< name, and what became of it
};

/// Machine, versions and limits.
void print_conditions(const Conditions& conditions);
void print_head();
/// Rows for one number of examples. Ratios: to the host executor's run of the same dtype, and to
/// the fastest row of PyTorch.
void print_rows(const std::vector<Timed>& rows, const Conditions& conditions);

/// All of it. Errors: FileError.
void write_json(const std::string& path, const std::vector<Timed>& rows,
                const Conditions& conditions);

}  // namespace levelgrad::bench
