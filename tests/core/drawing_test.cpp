// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <set>

#include "levelgrad/dot.h"
#include "levelgrad/losses.h"
#include "levelgrad/nn.h"
#include "support/golden.h"

namespace levelgrad {
namespace {

/// micrograd's trace_graph.ipynb: Neuron(2) at (1, -2), backward, draw.
Value traced_neuron() {
  PythonRandom random(1337);
  const Neuron neuron(2, random);
  neuron.set_labels("", 0);
  const std::vector<Value> x = {1.0, -2.0};
  x[0].set_label("x0");
  x[1].set_label("x1");
  const Value y = neuron(x);
  y.backward();
  return y;
}

TEST(Dot, DrawsTheNeuronOfTraceGraph) {
  Graph graph;
  const Graph::Use use(graph);
  testing::expect_golden("tests/golden/neuron.dot", to_dot(traced_neuron()));
}

TEST(Dot, EscapesWhatRecordsReadAsTheirOwn) {
  const Value a = 1.0;
  a.set_label("a|b {\"c\"}");
  EXPECT_NE(std::string::npos, to_dot(a).find("a\\|b\\ \\{\\\"c\\\"\\}"));
}

TEST(Sketch, PutsEveryNodeBehindItsOperands) {
  Graph graph;
  const Graph::Use use(graph);
  PythonRandom random(1);
  const MLP mlp(2, {8, 8, 1}, random);
  const std::vector<Value> x = {1.0, -2.0};
  const Sketch drawing = sketch(hinge(mlp(x).front(), 1));
  std::set<std::pair<double, double>> places;
  for (const SketchNode& node : drawing.nodes) {
    EXPECT_TRUE(places.insert({node.x, node.y}).second) << "two nodes in one place";
    EXPECT_LT(node.x, drawing.column_count);
    for (const int operand : node.operands) {
      EXPECT_LT(drawing.nodes[static_cast<std::size_t>(operand)].x, node.x);
      EXPECT_LT(drawing.nodes[static_cast<std::size_t>(operand)].level, node.level);
    }
  }
  EXPECT_EQ(1.0, drawing.nodes.back().grad + 1.0);  // not run backward
  EXPECT_EQ(drawing.column_count - 1, static_cast<int>(drawing.nodes.back().x));
}

TEST(Sketch, FoldsANeuronIntoItsLabelledOutput) {
  Graph graph;
  const Graph::Use use(graph);
  PythonRandom random(1);
  const Layer layer(2, 3, random);
  std::vector<Value> x = {1.0, -2.0};
  x[0].set_label("x0");
  x[1].set_label("x1");
  const std::vector<Value> out = layer(x);
  for (std::size_t i = 0; i < out.size(); ++i) out[i].set_label("out" + std::to_string(i));
  const Value total = sum(out);
  const std::size_t all = sketch(total).nodes.size();
  const Sketch drawing = sketch(total, Fold::ByLabel);
  // x0, x1, three neurons, and the sum with its zero.
  ASSERT_EQ(6U, drawing.nodes.size());
  std::size_t stands_for = 0;
  for (const SketchNode& node : drawing.nodes) stands_for += node.node_count;
  EXPECT_EQ(all, stands_for);
  EXPECT_EQ(3U, drawing.nodes.back().operands.size());
  for (const SketchNode& node : drawing.nodes) {
    if (node.label == "out1") {
      EXPECT_EQ(2U, node.operands.size());
      EXPECT_EQ(8U, node.node_count);  // two weights, the bias, two products, two sums, relu
    }
  }
}

TEST(Sketch, OfALeafIsOneNode) {
  const Value a = 2.0;
  EXPECT_EQ(1U, sketch(a).nodes.size());
  EXPECT_EQ(1U, sketch(a, Fold::ByLabel).nodes.size());
}

}  // namespace
}  // namespace levelgrad
