// SPDX-License-Identifier: MIT
#include "gpus.h"

#include <algorithm>

#include "levelgrad/error.h"

namespace levelgrad::app {
namespace {

/// "there is GPU 0", "there are GPUs 0 to 3"
std::string list_text(const std::vector<FoundGpu>& list) {
  if (list.size() == 1) return "there is GPU " + std::to_string(list.front().index);
  return "there are GPUs " + std::to_string(list.front().index) + " to " +
         std::to_string(list.back().index);
}

}  // namespace

const Gpus& gpus() {
  static const Gpus found = find_gpus();
  return found;
}

void require_gpu(int index) {
  const Gpus& found = gpus();
  if (!found.built()) {
    throw DeviceError(found.why_none,
                      "install a CUDA toolkit, 12.4 or newer, and build levelgrad again; "
                      "--device cpu gives the same bits");
  }
  if (!found.usable()) {
    throw DeviceError("no GPU can be used: " + found.why_none,
                      "`levelgrad info` shows what there is; --device cpu gives the same bits");
  }
  if (std::ranges::find(found.list, index, &FoundGpu::index) == found.list.end()) {
    throw DeviceError(
        "no GPU has the number " + std::to_string(index) + "; " + list_text(found.list),
        "`levelgrad info` lists them");
  }
}

}  // namespace levelgrad::app
