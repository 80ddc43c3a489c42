// SPDX-License-Identifier: MIT
//
// Which GPUs are there, or why none can be used.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace levelgrad::cuda {

struct Device {
  int index;  ///< as CUDA numbers them
  std::string name;
  int major, minor;  ///< compute capability
  int multiprocessors;
  std::size_t memory;         ///< bytes
  std::size_t shared_memory;  ///< bytes that one block can have
};

struct Devices {
  std::vector<Device> list;
  std::string why_none;  ///< "" where the list holds one
  int runtime = 0;       ///< version of the runtime, 13000 for 13.0
  int driver = 0;        ///< newest version that the driver supports; 0: there is none
};

/// A machine without GPU or driver is no error: the list says why it is empty. DeviceError where a
/// GPU is there and cannot be asked.
[[nodiscard]] Devices find_devices();

/// "13.0" of 13000.
[[nodiscard]] std::string version_text(int version);

}  // namespace levelgrad::cuda
