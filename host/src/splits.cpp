// SPDX-License-Identifier: MIT
#include "levelgrad/host/splits.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "levelgrad/counter_random.h"
#include "levelgrad/error.h"
#include "levelgrad/number_text.h"

namespace levelgrad::host {
namespace {

using Places = std::vector<std::uint32_t>;
constexpr std::size_t part_count = 3;
using Fractions = std::array<double, part_count>;

void check(std::span<const double> labels, const Fractions& fractions) {
  double sum = 0;
  for (const double fraction : fractions) {
    if (!(fraction >= 0 && fraction <= 1)) {
      throw ArgumentError("a part of the examples must be between 0 and 1, not " +
                          shortest(fraction));
    }
    sum += fraction;
  }
  if (!(std::abs(sum - 1) <= 1e-9)) {
    throw ArgumentError("the parts of the examples must add up to 1, not " + shortest(sum),
                        "--split 0.8,0.1,0.1 for instance");
  }
  if (fractions[0] == 0) throw ArgumentError("without examples for training there is no model");
  if (labels.size() > std::numeric_limits<std::uint32_t>::max()) {
    throw ArgumentError(fmt::format("{} examples are more than can be split", labels.size()));
  }
}

/// [class]: the places of its examples, in the order of `order`.
std::vector<Places> by_class(std::span<const double> labels, std::size_t class_count,
                             const Places& order) {
  std::vector<Places> classes(std::max<std::size_t>(class_count, 1));
  for (const std::uint32_t place : order) {
    const double label = class_count == 0 ? 0 : labels[place];
    const bool is_class = label >= 0 && label < static_cast<double>(classes.size());
    if (!is_class || label != std::floor(label)) {
      throw ArgumentError(fmt::format("label {} of example {} is not one of {} classes",
                                      shortest(label), place, class_count));
    }
    classes[static_cast<std::size_t>(label)].push_back(place);
  }
  return classes;
}

/// How many of `count` examples of a class each part gets: largest remainders.
std::array<std::size_t, part_count> shares(std::size_t count, const Fractions& fractions) {
  std::array<std::size_t, part_count> share{};
  std::array<double, part_count> remainder{};
  std::size_t left = count;
  for (std::size_t k = 0; k < part_count; ++k) {
    const double exact = static_cast<double>(count) * fractions[k];
    share[k] = std::min(static_cast<std::size_t>(exact), left);
    remainder[k] = fractions[k] > 0 ? exact - std::floor(exact) : -1;
    left -= share[k];
  }
  for (; left > 0; --left) {
    const auto largest = std::ranges::max_element(remainder) - remainder.begin();
    ++share[static_cast<std::size_t>(largest)];
    remainder[static_cast<std::size_t>(largest)] = 0;
  }
  if (share[0] == 0 && count >= 2) {
    --*std::ranges::max_element(share);
    ++share[0];
  }
  return share;
}

}  // namespace

Split split_examples(std::span<const double> labels, std::size_t class_count,
                     const std::array<double, 3>& fractions, std::uint64_t seed) {
  check(labels, fractions);
  const auto count = static_cast<std::uint32_t>(labels.size());
  // Stream 0 says which examples a part gets, streams 1 to 3 in which order.
  std::array<Places, part_count> parts;
  for (const Places& members : by_class(labels, class_count, permutation(count, seed, 0))) {
    auto next = members.begin();
    const auto share = shares(members.size(), fractions);
    for (std::size_t k = 0; k < part_count; ++k) {
      const auto end = next + static_cast<std::ptrdiff_t>(share[k]);
      parts[k].insert(parts[k].end(), next, end);
      next = end;
    }
  }
  for (std::size_t k = 0; k < part_count; ++k) {
    if (parts[k].empty() && fractions[k] > 0) {
      throw ArgumentError(
          fmt::format("a split of {} examples into {}, {} and {} leaves a part empty", count,
                      parts[0].size(), parts[1].size(), parts[2].size()),
          "give that part more or nothing (--split 1,0,0), or take more examples");
    }
    Places shuffled;
    for (const std::uint32_t k_th :
         permutation(static_cast<std::uint32_t>(parts[k].size()), seed, k + 1)) {
      shuffled.push_back(parts[k][k_th]);
    }
    parts[k] = std::move(shuffled);
  }
  return {std::move(parts[0]), std::move(parts[1]), std::move(parts[2])};
}

}  // namespace levelgrad::host
