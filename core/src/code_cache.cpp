// SPDX-License-Identifier: MIT
#include "levelgrad/code_cache.h"

#include "fnv.h"

namespace levelgrad {

std::string code_key(std::span<const std::string> parts) {
  std::string all;
  for (const std::string& part : parts) all += std::to_string(part.size()) + ":" + part;
  return detail::hexadecimal(detail::fnv1a_128(all));
}

}  // namespace levelgrad
