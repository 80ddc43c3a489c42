// SPDX-License-Identifier: MIT
#include "levelgrad/sketch.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>

namespace levelgrad {
namespace {

using Places = std::vector<int>;

template <class T>
std::vector<SketchNode> nodes_below(const BasicValue<T>& root) {
  const std::vector<BasicValue<T>> order = canonical_order(root);
  std::unordered_map<std::uint64_t, int> place;
  std::vector<SketchNode> nodes;
  nodes.reserve(order.size());
  for (const BasicValue<T>& value : order) {
    SketchNode node{value.id(),
                    value.label(),
                    symbol(value.op()),
                    static_cast<double>(value.data(root.where())),
                    static_cast<double>(value.grad(root.where())),
                    0,
                    1,
                    {}};
    for (const BasicValue<T>& operand : value.operands()) {
      node.operands.push_back(place.at(operand.id()));
    }
    place[value.id()] = static_cast<int>(nodes.size());
    nodes.push_back(std::move(node));
  }
  return nodes;
}

/// For each node the place of the node that it is folded into, itself where it stays.
Places heads_by_label(const std::vector<SketchNode>& nodes) {
  constexpr int unused = -1;
  Places head(nodes.size(), unused);
  for (int i = static_cast<int>(nodes.size()) - 1; i >= 0; --i) {
    const SketchNode& node = nodes[static_cast<std::size_t>(i)];
    int& own = head[static_cast<std::size_t>(i)];
    const bool labelled_op = !node.label.empty() && !node.operands.empty();
    if (own == unused || labelled_op) own = i;
    for (const int operand : node.operands) {
      int& below = head[static_cast<std::size_t>(operand)];
      // Used by two heads: it stays by itself.
      below = below == unused || below == own ? own : operand;
    }
  }
  return head;
}

std::vector<SketchNode> folded(const std::vector<SketchNode>& nodes, const Places& head) {
  Places new_place(nodes.size(), -1);
  std::vector<SketchNode> kept;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (head[i] != static_cast<int>(i)) continue;
    new_place[i] = static_cast<int>(kept.size());
    kept.push_back(nodes[i]);
    kept.back().operands.clear();
    kept.back().node_count = 0;
  }
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    SketchNode& into = kept[static_cast<std::size_t>(new_place[static_cast<std::size_t>(head[i])])];
    ++into.node_count;
    for (const int operand : nodes[i].operands) {
      const int from = head[static_cast<std::size_t>(operand)];
      const int place = new_place[static_cast<std::size_t>(from)];
      const bool known =
          std::find(into.operands.begin(), into.operands.end(), place) != into.operands.end();
      if (from != head[i] && !known) into.operands.push_back(place);
    }
  }
  return kept;
}

void set_levels(std::vector<SketchNode>& nodes) {
  for (SketchNode& node : nodes) {
    node.level = 0;
    for (const int operand : node.operands) {
      node.level = std::max(node.level, nodes[static_cast<std::size_t>(operand)].level + 1);
    }
  }
}

/// x is the level; a leaf moves to the column before its first consumer.
void set_columns(Sketch& drawing) {
  std::vector<int> first_use(drawing.nodes.size(), -1);
  for (const SketchNode& node : drawing.nodes) {
    for (const int operand : node.operands) {
      int& use = first_use[static_cast<std::size_t>(operand)];
      if (use < 0 || node.level < use) use = node.level;
    }
  }
  for (std::size_t i = 0; i < drawing.nodes.size(); ++i) {
    SketchNode& node = drawing.nodes[i];
    node.x = node.operands.empty() && first_use[i] > 0 ? first_use[i] - 1 : node.level;
    drawing.column_count = std::max(drawing.column_count, static_cast<int>(node.x) + 1);
  }
}

void spread(std::vector<SketchNode>& nodes, const Places& column) {
  const double middle = (static_cast<double>(column.size()) - 1) / 2;
  for (std::size_t row = 0; row < column.size(); ++row) {
    nodes[static_cast<std::size_t>(column[row])].y = static_cast<double>(row) - middle;
  }
}

/// Sorts a column by the mean height of its nodes' neighbours on one side.
void sort_by_barycentre(std::vector<SketchNode>& nodes, const std::vector<Places>& neighbours,
                        Places& column) {
  std::vector<double> wish(nodes.size(), 0);
  for (const int place : column) {
    const auto i = static_cast<std::size_t>(place);
    double total = 0;
    for (const int other : neighbours[i]) total += nodes[static_cast<std::size_t>(other)].y;
    wish[i] =
        neighbours[i].empty() ? nodes[i].y : total / static_cast<double>(neighbours[i].size());
  }
  std::stable_sort(column.begin(), column.end(), [&](int a, int b) {
    return wish[static_cast<std::size_t>(a)] < wish[static_cast<std::size_t>(b)];
  });
  spread(nodes, column);
}

void set_rows(Sketch& drawing) {
  std::vector<SketchNode>& nodes = drawing.nodes;
  std::vector<Places> columns(static_cast<std::size_t>(drawing.column_count));
  std::vector<Places> operands(nodes.size());
  std::vector<Places> consumers(nodes.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    columns[static_cast<std::size_t>(nodes[i].x)].push_back(static_cast<int>(i));
    operands[i] = nodes[i].operands;
    for (const int operand : operands[i]) {
      consumers[static_cast<std::size_t>(operand)].push_back(static_cast<int>(i));
    }
  }
  for (const Places& column : columns) {
    spread(nodes, column);
    drawing.row_count = std::max(drawing.row_count, static_cast<int>(column.size()));
  }
  constexpr int sweeps = 8;  // more do not move much
  for (int sweep = 0; sweep < sweeps; ++sweep) {
    if (sweep % 2 == 0) {
      for (Places& column : columns) sort_by_barycentre(nodes, operands, column);
    } else {
      for (std::size_t k = columns.size(); k-- > 0;) {
        sort_by_barycentre(nodes, consumers, columns[k]);
      }
    }
  }
}

}  // namespace

template <class T>
Sketch sketch(const BasicValue<T>& root, Fold fold) {
  Sketch drawing;
  drawing.nodes = nodes_below(root);
  if (fold == Fold::ByLabel) drawing.nodes = folded(drawing.nodes, heads_by_label(drawing.nodes));
  set_levels(drawing.nodes);
  set_columns(drawing);
  set_rows(drawing);
  return drawing;
}

template Sketch sketch(const BasicValue<float>&, Fold);
template Sketch sketch(const BasicValue<double>&, Fold);

}  // namespace levelgrad
