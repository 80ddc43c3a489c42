// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "support/op_points.h"

namespace levelgrad::testing {

/// Runs an op at each point, one thread per point. T is double or float.
template <class T>
std::vector<OpResult<T>> run_on_device(Op op, const std::vector<OpPoint<T>>& points);

}  // namespace levelgrad::testing
