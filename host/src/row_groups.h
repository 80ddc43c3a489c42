// SPDX-License-Identifier: MIT
//
// What repeats in a table, as fewer rows.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

namespace levelgrad::host {

/// The rows [first, first + period), which come `times` in a row.
struct RowGroup {
  std::size_t first = 0;
  std::size_t period = 1;
  std::size_t times = 1;
  [[nodiscard]] std::size_t last() const { return first + period * times - 1; }
};

/// All rows in order: at each place the longest repetition of one to four rows.
///
/// same   whether two rows, by index, look alike. cost   O(count).
[[nodiscard]] std::vector<RowGroup> row_groups(
    std::size_t count, const std::function<bool(std::size_t, std::size_t)>& same);

}  // namespace levelgrad::host
