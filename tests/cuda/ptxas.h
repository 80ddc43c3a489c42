// SPDX-License-Identifier: MIT
//
// What ptxas makes of PTX: how many registers a kernel takes, and what it spills. Needs no GPU.
#pragma once

#include <map>
#include <string>

namespace levelgrad::testing {

/// Of one thread; all but the registers in bytes.
struct Usage {
  int registers = 0;
  int spill_stores = 0, spill_loads = 0;
  int stack = 0;  // spilled registers among it
};

/// The usage of each kernel of a PTX text, by name.
///
/// architecture    "sm_90"
/// most_registers  of a thread; 0: as many as ptxas likes.
/// errors          std::runtime_error with what ptxas said.
std::map<std::string, Usage> ptxas_usage(const std::string& ptx, const std::string& architecture,
                                         int most_registers = 0);

}  // namespace levelgrad::testing
