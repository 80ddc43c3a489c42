// SPDX-License-Identifier: MIT
//
// The data set of the batch benchmark: as many points as asked for, the same on every machine.
#pragma once

#include <cstddef>

#include "levelgrad/host/dataset.h"

namespace levelgrad::bench {

/// Two half circles that reach into each other, with Gaussian noise: the shape of scikit-learn's
/// make_moons, drawn with Python's generator and our functions. The labels -1 and 1 alternate; a
/// shorter data set is the beginning of a longer one.
[[nodiscard]] host::Dataset half_circles(std::size_t count, double noise = 0.1);

}  // namespace levelgrad::bench
