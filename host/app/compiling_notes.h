// SPDX-License-Identifier: MIT
//
// What an executor that compiles has to tell, on stderr.
#pragma once

#include <string>

#include "levelgrad/host/disk_cache.h"

namespace levelgrad::app {

/// Says each thing once. Some code is compiled when it is first needed, so there may be news after
/// any run.
class CompilingNotes {
public:
  /// runs_as   "host-native runs as host does"
  explicit CompilingNotes(std::string runs_as) : runs_as_(std::move(runs_as)) {}

  /// why_not   why something is not compiled, "" where all is.
  void tell(const std::string& why_not, const host::DiskCache& cache);

private:
  std::string runs_as_;
  bool told_why_not_ = false, told_trouble_ = false;
};

/// The beginning of what a compiler has said, as one line.
[[nodiscard]] std::string in_one_line(const std::string& text);

}  // namespace levelgrad::app
