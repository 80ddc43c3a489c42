// SPDX-License-Identifier: MIT
//
// Asks for GPUs, as a program of somebody else's does.
#include <iostream>

#include "levelgrad/cuda/devices.h"

int main() {
  const levelgrad::cuda::Devices devices = levelgrad::cuda::find_devices();
  std::cout << devices.list.size() << " GPUs " << devices.why_none << "\n";
  return devices.list.empty() == devices.why_none.empty() ? 1 : 0;
}
