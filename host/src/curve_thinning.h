// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "levelgrad/host/boundary_plot.h"
#include "levelgrad/host/loss_plot.h"

namespace levelgrad::host {

struct ThinCurve {
  std::vector<std::vector<CurvePoint>> pieces;  ///< lines; between two of them is a gap
  std::vector<double> gaps;                     ///< the first steps of the gaps
};

/// The curve as it looks in so many columns: of the values in each the first, the lowest, the
/// highest and the last. A gap within a column is not seen, but named once in `gaps`.
///
/// points   by ascending step.
/// steps    from the left edge of the first column to the right edge of the last.
[[nodiscard]] ThinCurve thinned(const std::vector<CurvePoint>& points, Range steps, double columns);

}  // namespace levelgrad::host
