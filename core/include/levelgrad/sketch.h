// SPDX-License-Identifier: MIT
//
// A graph laid out for drawing: plain data with positions, made from the graph's own levels.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "levelgrad/value.h"

namespace levelgrad {

struct SketchNode {
  std::uint64_t id;    ///< BasicValue::id()
  std::string label;   ///< "" where there is none
  std::string symbol;  ///< of the op; "" for a leaf
  double data;
  double grad;
  int level;                  ///< longest distance from a leaf
  std::size_t node_count;     ///< nodes that it stands for; 1 unless folded
  std::vector<int> operands;  ///< places in Sketch::nodes, left to right
  double x = 0;               ///< in columns, 0 on the left
  double y = 0;               ///< in rows, downwards, the middle of the drawing is 0
};

/// What a root depends on, in canonical order; the root is the last node.
struct Sketch {
  std::vector<SketchNode> nodes;
  int column_count = 0;
  int row_count = 0;  ///< nodes of the fullest column
};

enum class Fold : unsigned char {
  None,     ///< a node each
  ByLabel,  ///< a labelled op (and the root) takes in what only it depends on
};

/// Lays out root's graph: x by level, y by barycentre sweeps. A leaf stands beside its first
/// consumer.
///
/// cost     O(edges * log(nodes)).
/// source   Sugiyama, Tagawa & Toda, IEEE Trans. SMC 11 (1981), without the dummy nodes.
template <class T>
[[nodiscard]] Sketch sketch(const BasicValue<T>& root, Fold fold = Fold::None);

extern template Sketch sketch(const BasicValue<float>&, Fold);
extern template Sketch sketch(const BasicValue<double>&, Fold);

}  // namespace levelgrad
