// SPDX-License-Identifier: MIT
//
// Which numbers of a lane are alive together, and so where they are kept.
#pragma once

#include <vector>

#include "levelgrad/schedule.h"

namespace levelgrad {

/// What a lane's numbers are needed for.
struct StorageNeeds {
  bool backward = true;  ///< else only outputs and joins are wanted
  bool input_grads = false;
  bool everything = false;  ///< no slot is used twice: every value and grad can be read at the end
};

/// In which order nodes run, which decides how long a number lives.
enum class RunOrder : unsigned char {
  Canonical,  ///< one node after the other
  ByLevel,    ///< all nodes of a level at once
};

/// A slot for every value and grad of one lane that is needed. Numbers that are alive at the same
/// time have different slots; a node's result never shares one with what it is computed from.
struct Storage {
  static constexpr int none = -1;
  std::vector<int> value_slot;  ///< [node], none where it is not varying or not needed
  std::vector<int> grad_slot;   ///< [node], that of its grad_source()
  int slot_count = 0;
  int kept_count = 0;  ///< values that backward reads: alive when forward has ended
};

/// source   Poletto & Sarkar, "Linear scan register allocation", ACM TOPLAS 21 (1999).
[[nodiscard]] Storage allocate(const Schedule& schedule, const StorageNeeds& needs,
                               RunOrder order = RunOrder::Canonical);

}  // namespace levelgrad
