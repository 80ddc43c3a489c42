// SPDX-License-Identifier: MIT
//
// --models and --sweep: which numbers each of many models is trained with.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace levelgrad::app {

/// "lr=0.1:1.0" or "lr=0.001:1:log": numbers at equal distances, or ratios, the ends included.
struct RangeSweep {
  double from, to;
  bool logarithmic = false;
};

/// "seed=1337:1400": every seed, the ends included.
struct SeedSweep {
  std::uint64_t from, to;
  [[nodiscard]] std::uint64_t count() const { return to - from + 1; }
};

struct Sweeps {
  std::optional<RangeSweep> lr;
  std::optional<RangeSweep> penalty;
  std::optional<SeedSweep> seed;
};

/// What one model is trained with.
struct ModelSettings {
  std::uint64_t seed;
  double lr;
  double penalty;  ///< weight of the L2 penalty
};

/// Reads the texts of --sweep. Errors: UsageError for what is malformed, unknown or named twice.
[[nodiscard]] Sweeps read_sweeps(const std::vector<std::string>& texts);

/// The settings of `count` models. Without sweeps each has a seed of its own: seed, seed + 1, ...
/// Rates or penalties alone: all with the one seed. Seeds alone: as many as there are models.
/// Several sweeps: every rate with every penalty, of which there are as many, with every seed, the
/// seed in the inner loop.
///
/// fixed    what is not swept.
/// errors   UsageError where the number of models does not fit the sweeps.
[[nodiscard]] std::vector<ModelSettings> settings_of(std::size_t count, const Sweeps& sweeps,
                                                     const ModelSettings& fixed);

}  // namespace levelgrad::app
