// SPDX-License-Identifier: MIT
//
// Where a run of record_loss()'s Programs puts its scores.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace levelgrad::host {

/// A span for each output of the Program; the first, the loss, is left out.
///
/// scores   [score][example]. count   of examples.
template <class T>
[[nodiscard]] std::vector<std::span<T>> score_spans(std::span<T> scores, std::size_t count) {
  std::vector<std::span<T>> spans(1);
  for (std::size_t begin = 0; begin < scores.size(); begin += count) {
    spans.push_back(scores.subspan(begin, count));
  }
  return spans;
}

}  // namespace levelgrad::host
