// SPDX-License-Identifier: MIT
//
// Level lines of a scalar field on a grid.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "levelgrad/host/canvas.h"

namespace levelgrad::host {

/// The lines on which the field has the level, by marching squares.
///
/// field     [ny, nx] row-major.
/// returns   lines of at least two points in grid units: (column, row) in [0, nx-1] x [0, ny-1].
///           A line ends on the grid's border or beside a skipped cell; a closed line repeats its
///           first point at the end. Every point lies on an edge of the grid, where the field
///           between the two ends is taken as linear.
/// NaN       cells with a corner that is not finite are skipped.
/// order     the same field gives the same lines in the same order.
/// errors    ShapeError unless field.size() == nx * ny.
/// source    Lorensen & Cline, Marching cubes, SIGGRAPH 1987, in two dimensions; a cell whose
///           diagonals disagree (a saddle) is settled by the mean of its corners.
[[nodiscard]] std::vector<std::vector<Point>> contour(std::span<const double> field, std::size_t nx,
                                                      std::size_t ny, double level);

}  // namespace levelgrad::host
