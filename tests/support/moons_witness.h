// SPDX-License-Identifier: MIT
//
// The outside witness of the moons run: an independent Python scalar engine with ordered operands.
#pragma once

#include <vector>

namespace levelgrad::testing {

struct MoonsWitness {
  std::vector<double> losses, accuracies;           // [100 steps]
  std::vector<double> initial, first_grads, final;  // [337 parameters]
};

/// tests/data/moons-witness.txt. Errors: DataError for a number, or a count, that cannot be.
[[nodiscard]] MoonsWitness read_moons_witness();

}  // namespace levelgrad::testing
