// SPDX-License-Identifier: MIT
//
// Compiled with contraction, together with the self-test's source: prints what that finds.
#include <cstdio>

#include "levelgrad/error.h"
#include "levelgrad/self_test.h"

int main() {
  try {
    levelgrad::check_arithmetic();
    std::puts("nothing found");
  } catch (const levelgrad::ArithmeticError& error) {
    std::puts(error.message().c_str());
  }
}
