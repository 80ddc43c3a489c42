// SPDX-License-Identifier: MIT
//
// Prints a hash of each math function's outputs, `name inputs hash`. The tests compile this program
// in several ways, with and without FMA, vectors and optimisation, by g++ and clang, and compare
// each output with tests/golden/math-v1.txt. The same lines come from a device: tests/cuda.
//
// Includes only the freestanding headers, so that clang 14 compiles it.
#include <cstdio>

#include "support/math_list.h"
#include "support/math_stream.h"

namespace {

using namespace levelgrad::testing;

template <class F, class Inputs>
void print() {
  Fnv hash;
  for (Word k = 0; k < Sample<Inputs>::blocks; ++k) {
    hash.add(block_hash_by_arrays<F, Inputs>(Sample<Inputs>::block(k)));
  }
  std::printf("%s %s %016llx\n", F::name, Inputs::name, hash.hash);
}

template <class F>
void print_all() {
  print<F, Random<double>>();
  print<F, Random<float>>();
  print<F, AllFloats>();
}

}  // namespace

int main() {
#define LG_PRINT(function, call) print_all<function##_>();
  LG_MATH_FUNCTIONS(LG_PRINT)
#undef LG_PRINT
}
