// SPDX-License-Identifier: MIT
//
// The README's second example: what stands between the markers is shown there.
#include <iostream>

// [readme-begin]
#include "levelgrad/host/host_executor.h"
#include "levelgrad/losses.h"
#include "levelgrad/nn.h"
#include "levelgrad/record.h"

int main() {
  using namespace levelgrad;
  PythonRandom random(1337);
  const MLP mlp(2, {16, 16, 1}, random);
  const Program program = record(mlp.parameters(), [&](Recording& example) {  // runs once
    const Value score = mlp(example.inputs("x", 2)).front();
    const Value margin = hinge(score, example.input("label"));
    example.output("loss", mean(margin) + 1e-4 * l2(mlp.parameters()));
    example.output("score", score);
  });

  host::HostExecutor executor;  // all cores; the reference executor gives the same bits
  executor.load(program);
  const std::vector<double> batch = {0.5, -1.0, -1, /**/ 0.1, 0.8, 1, /**/ 1.9, 0.4, -1};
  std::vector<double> loss(1), scores(3);
  for (int step = 0; step < 20; ++step) {
    executor.run({.example_count = 3, .inputs = batch},
                 {.loss = loss, .outputs = {{}, scores}, .backward = true});
    executor.update(optimizer::Sgd::Scalars<double>{.rate = 0.1});
  }
  std::cout << loss[0] << ": " << scores[0] << ", " << scores[1] << ", " << scores[2] << "\n";
}
// [readme-end]
