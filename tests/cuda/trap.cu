// SPDX-License-Identifier: MIT
#include "cuda/trap.h"

#include "cuda/device.h"

namespace levelgrad::testing {
namespace {

__global__ void trap() { asm volatile("trap;"); }

}  // namespace

void break_device() {
  trap<<<1, 1>>>();
  (void)cudaDeviceSynchronize();
}

}  // namespace levelgrad::testing
