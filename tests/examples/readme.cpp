// SPDX-License-Identifier: MIT
//
// The README's example. The README shows the lines between the markers.
#include <iostream>

// [readme-begin]
#include "levelgrad/losses.h"
#include "levelgrad/nn.h"

int main() {
  using namespace levelgrad;
  Value a = -4.0, b = 2.0;  // scalars in the thread's current Graph
  Value c = a * b + pow(b, 3);
  Value d = relu(c + 1) * a;
  d.backward();
  std::cout << d << ", dd/da = " << a.grad() << ", dd/db = " << b.grad() << "\n";

  PythonRandom random(1337);
  MLP mlp(2, {16, 16, 1}, random);  // micrograd's network, its weights too
  Value loss = hinge(mlp(std::vector<Value>{0.5, -1.0})[0], -1) + 1e-4 * l2(mlp.parameters());
  loss.backward();
  std::cout << loss << ", " << mlp.parameters().size() << " parameters\n";
}
// [readme-end]
