// SPDX-License-Identifier: MIT
#include "levelgrad/host/nearest.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>
#include <vector>

namespace levelgrad::host {
namespace {

std::string in_small_letters(std::string_view text) {
  std::string small(text);
  for (char& letter : small) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return small;
}

/// How many differences turn one word into the other.
std::size_t distance(std::string_view from, std::string_view to) {
  // row[j]: distance of from's first i characters to to's first j.
  std::vector<std::size_t> two_above(to.size() + 1), above(to.size() + 1), row(to.size() + 1);
  std::iota(row.begin(), row.end(), 0U);
  for (std::size_t i = 1; i <= from.size(); ++i) {
    std::swap(two_above, above);
    std::swap(above, row);
    row[0] = i;
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const std::size_t other = from[i - 1] == to[j - 1] ? 0 : 1;
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + other});
      const bool swapped = i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1];
      if (swapped) row[j] = std::min(row[j], two_above[j - 2] + 1);
    }
  }
  return row.back();
}

}  // namespace

std::string nearest(std::string_view word, std::span<const std::string> candidates) {
  const std::string meant = in_small_letters(word);
  const std::size_t most = word.size() / 3;
  std::size_t least = most + 1;
  std::string found;
  for (const std::string& candidate : candidates) {
    // No shorter way than the characters that are missing: so long words cost nothing.
    const auto [shorter, longer] = std::minmax(word.size(), candidate.size());
    if (longer - shorter >= least) continue;
    const std::size_t differences = distance(meant, in_small_letters(candidate));
    if (differences >= least) continue;
    least = differences;
    found = candidate;
  }
  return found;
}

}  // namespace levelgrad::host
