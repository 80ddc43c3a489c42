// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "levelgrad/host/boundary_plot.h"

namespace levelgrad::host {

struct Tick {
  double value;
  std::string label;
};

/// The multiples in the range of the smallest 1, 2 or 5 times a power of ten that is at least
/// `least_step` (> 0), labelled with just the digits that tell them apart. At most 1000; none if
/// the range is so far from 0 that its doubles are coarser than the step.
[[nodiscard]] std::vector<Tick> ticks(Range range, double least_step);

}  // namespace levelgrad::host
