// SPDX-License-Identifier: MIT
#include "row_groups.h"

namespace levelgrad::host {
namespace {

constexpr std::size_t longest_period = 4;

}  // namespace

std::vector<RowGroup> row_groups(std::size_t count,
                                 const std::function<bool(std::size_t, std::size_t)>& same) {
  const auto repetitions = [&](std::size_t first, std::size_t period) {
    std::size_t next = first + period;
    while (next < count && same(next, next - period)) ++next;
    return (next - first) / period;
  };
  std::vector<RowGroup> groups;
  for (std::size_t first = 0; first < count;) {
    RowGroup best{first, 1, repetitions(first, 1)};
    for (std::size_t period = 2; period <= longest_period; ++period) {
      if (first + period > count) break;
      const RowGroup group{first, period, repetitions(first, period)};
      // Two in a row may be chance, and say less than the rows one by one.
      if (group.times >= 3 && group.last() > best.last()) best = group;
    }
    groups.push_back(best);
    first = best.last() + 1;
  }
  return groups;
}

}  // namespace levelgrad::host
