// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "levelgrad/host/canvas.h"

namespace levelgrad::host {

/// Draws the marker of a class: circle, diamond, triangle or square, all of about the same area,
/// with a white outline that keeps neighbours apart.
void draw_marker(Canvas& canvas, Point center, std::size_t class_index, double scale = 1);

}  // namespace levelgrad::host
