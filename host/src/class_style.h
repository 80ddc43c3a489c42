// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "levelgrad/host/canvas.h"

namespace levelgrad::host {

enum class MarkerKind {
  Filled,  ///< with a white outline that keeps neighbours apart
  Hollow   ///< white, with an outline in the color of the class
};

/// Draws the marker of a class: circle, diamond, triangle or square, all of about the same area.
void draw_marker(Canvas& canvas, Point center, std::size_t class_index, double scale = 1,
                 MarkerKind kind = MarkerKind::Filled);

}  // namespace levelgrad::host
