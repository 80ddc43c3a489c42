// SPDX-License-Identifier: MIT
//
// What the program's exit codes mean.
#pragma once

namespace levelgrad::app {

enum ExitCode : int {
  exit_ok = 0,
  exit_internal = 1,
  exit_usage = 2,
  exit_data = 3,
  exit_device = 4,  ///< or the compiler
  exit_diverged = 5,
  exit_parity = 6,
  exit_interrupted = 130,
};

}  // namespace levelgrad::app
