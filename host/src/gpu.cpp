// SPDX-License-Identifier: MIT
#include "levelgrad/host/gpu.h"

#include "gpu_table.h"
#include "levelgrad/error.h"

namespace levelgrad::host {

const Gpu& gpu_named(std::string_view name) {
  std::string names;
  for (const Gpu& gpu : gpu_table) {
    if (gpu.name == name) return gpu;
    names += (names.empty() ? "" : ", ") + std::string(gpu.name);
  }
  throw ArgumentError("no GPU is known as '" + std::string(name) + "'", "there are: " + names);
}

std::vector<std::string> gpu_names() {
  std::vector<std::string> names;
  for (const Gpu& gpu : gpu_table) names.emplace_back(gpu.name);
  return names;
}

}  // namespace levelgrad::host
