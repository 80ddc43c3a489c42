// SPDX-License-Identifier: MIT
//
// Where the threads of a block that walks a table must wait for each other.
#pragma once

#include <cstdint>
#include <vector>

#include "level_tables.h"

namespace levelgrad::cuda {

/// A block deals a level's rows out to groups of threads in turn: row i of a level goes to group
/// i % groups. A group may go on to the next level without the others, as long as it reads nothing
/// that another has written, and writes nothing that another has touched, since all waited last:
/// the sixteen sums of a layer of neurons grow side by side without one barrier.
///
/// Returns for each level whether all must wait before it. [levels]
[[nodiscard]] std::vector<std::uint8_t> waits_of(const ForwardTable& table, std::uint32_t groups);
[[nodiscard]] std::vector<std::uint8_t> waits_of(const BackwardTable& table, std::uint32_t groups);

}  // namespace levelgrad::cuda
