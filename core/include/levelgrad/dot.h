// SPDX-License-Identifier: MIT
//
// A graph as Graphviz text, in the manner of micrograd's trace_graph.
#pragma once

#include <string>

#include "levelgrad/sketch.h"

namespace levelgrad {

/// Graphviz text: a record "{ label | data | grad }" per node and a small node per op.
///
/// Every node carries its position (`pos`, from the levels), so `neato -n2 -Tsvg` draws it at once;
/// `dot -Tsvg` makes a layout of its own.
[[nodiscard]] std::string to_dot(const Sketch& drawing);

template <class T>
[[nodiscard]] std::string to_dot(const BasicValue<T>& root, Fold fold = Fold::None) {
  return to_dot(sketch(root, fold));
}

}  // namespace levelgrad
