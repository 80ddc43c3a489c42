// SPDX-License-Identifier: MIT
//
// A sketched graph as a picture: a box per node with its label, data and grad, columns by level.
#pragma once

#include <string>

#include "levelgrad/sketch.h"

namespace levelgrad::host {

/// SVG text of the graph; needs no Graphviz. Leaves, ops and the root have colours of their own.
[[nodiscard]] std::string graph_svg(const Sketch& drawing);

}  // namespace levelgrad::host
