// SPDX-License-Identifier: MIT
//
// Programs of various shapes, for reports and pictures.
#pragma once

#include <string>
#include <vector>

#include "levelgrad/host/presets.h"
#include "levelgrad/losses.h"
#include "levelgrad/record.h"

namespace levelgrad::testing {

/// micrograd's demo as the trainer records it.
inline Program moons_program() {
  Graph graph;
  const Graph::Use use(graph);
  PythonRandom random(1337);
  return host::record_loss(MLP(2, {16, 16, 1}, random), host::Loss::Hinge, {.l2 = 1e-4});
}

inline Program yin_yang_program() {
  Graph graph;
  const Graph::Use use(graph);
  XorShift64Star random(42);
  return host::record_loss(MLP(2, {8, 3}, random, Activation::Tanh), host::Loss::CrossEntropy, {});
}

/// mean(tanh(... tanh(x * w) * w ...)): so many levels, one node each.
inline Program chain_program(int levels) {
  Graph graph;
  const Graph::Use use(graph);
  const Value w = 0.5;
  return record(std::vector<Value>{w}, [&](Recording& example) {
    Value h = example.input("x");
    for (int k = 0; k < levels; ++k) h = k % 2 == 0 ? h * w : tanh(h);
    example.output("loss", mean(h));
  });
}

/// mean of the sum, by a balanced tree, of w[k] * x: a first level of so many nodes.
inline Program wide_program(std::size_t width) {
  Graph graph;
  const Graph::Use use(graph);
  std::vector<Value> weights;
  for (std::size_t k = 0; k < width; ++k) weights.push_back(Value(0.5));
  return record(weights, [&](Recording& example) {
    const Value x = example.input("x");
    std::vector<Value> terms;
    for (const Value& weight : weights) terms.push_back(weight * x);
    while (terms.size() > 1) {
      std::vector<Value> sums;
      for (std::size_t k = 0; k + 1 < terms.size(); k += 2) {
        sums.push_back(terms[k] + terms[k + 1]);
      }
      if (terms.size() % 2 == 1) sums.push_back(terms.back());
      terms = std::move(sums);
    }
    example.output("loss", mean(terms.front()));
  });
}

/// One node in the body, and nothing to train.
inline Program one_node_program() {
  Graph graph;
  const Graph::Use use(graph);
  return record(std::vector<Value>{},
                [](Recording& example) { example.output("loss", mean(relu(example.input("x")))); });
}

/// No body: the same for every example.
inline Program uniform_program() {
  Graph graph;
  const Graph::Use use(graph);
  const std::vector<Value> w = {Value(2.0)};
  return record(w, [&](Recording& example) { example.output("loss", l2(w)); });
}

}  // namespace levelgrad::testing
