// SPDX-License-Identifier: MIT
#pragma once

#include <cstring>
#include <string>

#include "levelgrad/error.h"

namespace levelgrad::host {

/// Throws the FileError of what cannot be read. error   an errno; 0: nobody knows why.
[[noreturn]] inline void fail_to_read(const std::string& name, int error) {
  const std::string reason = error != 0 ? std::string(": ") + std::strerror(error) : "";
  throw FileError("cannot read " + name + reason, "is it a file, and may you read it?");
}

}  // namespace levelgrad::host
