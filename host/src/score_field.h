// SPDX-License-Identifier: MIT
//
// What the scores on a grid say about the places in between.
#pragma once

#include <vector>

#include "levelgrad/host/boundary_plot.h"

namespace levelgrad::host {

/// The regions as pixels, row 0 at y_range.max; scores are taken as bilinear between the grid's
/// corners.
[[nodiscard]] Image regions(const BoundaryPlot& plot, std::size_t width, std::size_t height);

/// The lines on which a single score has the value, in data coordinates.
[[nodiscard]] std::vector<std::vector<Point>> score_lines(const BoundaryPlot& plot, double value);

/// The lines between the classes, in data coordinates.
[[nodiscard]] std::vector<std::vector<Point>> decision_lines(const BoundaryPlot& plot);

}  // namespace levelgrad::host
