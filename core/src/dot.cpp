// SPDX-License-Identifier: MIT
#include "levelgrad/dot.h"

#include <cstdio>

namespace levelgrad {
namespace {

// Points: a column holds an op node and its record side by side.
constexpr double column_width = 420;
constexpr double row_height = 60;
constexpr double op_offset = -190;

/// In a record label these characters have a meaning of their own.
std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (std::string("{}|<>\"\\ ").find(c) != std::string::npos) result += '\\';
    result += c;
  }
  return result;
}

std::string format(const char* pattern, double a, double b) {
  char buffer[800];  // room for the longest double in %.4f, twice
  std::snprintf(buffer, sizeof buffer, pattern, a, b);
  return buffer;
}

/// Graphviz counts y upwards.
std::string position(const SketchNode& node, double x_offset) {
  return format("pos=\"%.0f,%.0f!\"", node.x * column_width + x_offset, -node.y * row_height + 0.0);
}

}  // namespace

std::string to_dot(const Sketch& drawing) {
  std::string text = "digraph {\n  graph [rankdir=LR]\n  node [shape=record]\n";
  for (std::size_t place = 0; place < drawing.nodes.size(); ++place) {
    const SketchNode& node = drawing.nodes[place];
    const std::string id = "n" + std::to_string(place);
    std::string label = escaped(node.label);
    if (node.node_count > 1) label += "\\ (" + std::to_string(node.node_count) + "\\ nodes)";
    text += "  " + id + " [label=\"{ " + label +
            format(" | data %.4f | grad %.4f }\"", node.data, node.grad) + " " + position(node, 0) +
            "]\n";
    if (node.operands.empty()) continue;
    text += "  " + id + "op [label=\"" + escaped(node.symbol) + "\" shape=ellipse " +
            position(node, op_offset) + "]\n";
    text += "  " + id + "op -> " + id + "\n";
    for (const int operand : node.operands) {
      text += "  n" + std::to_string(operand) + " -> " + id + "op\n";
    }
  }
  return text + "}\n";
}

}  // namespace levelgrad
