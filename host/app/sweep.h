// SPDX-License-Identifier: MIT
//
// --models and --sweep: which numbers each of many models is trained with.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace levelgrad::app {

/// "lr=0.1:1.0" or "lr=0.001:1:log": rates at equal distances, or ratios, the ends included.
struct RateSweep {
  double from, to;
  bool logarithmic = false;
};

/// "seed=1337:1400": every seed, the ends included.
struct SeedSweep {
  std::uint64_t from, to;
  [[nodiscard]] std::uint64_t count() const { return to - from + 1; }
};

struct Sweeps {
  std::optional<RateSweep> lr;
  std::optional<SeedSweep> seed;
};

/// What one model is trained with.
struct ModelSettings {
  std::uint64_t seed;
  double lr;
};

/// Reads the texts of --sweep. Errors: UsageError for what is malformed, unknown or named twice.
[[nodiscard]] Sweeps read_sweeps(const std::vector<std::string>& texts);

/// The settings of `count` models. Without sweeps each has a seed of its own: seed, seed + 1, ...
/// Rates alone: all with the one seed. Seeds alone: as many as there are models. Both: every rate
/// with every seed, the seed in the inner loop; the models are a multiple of the seeds.
///
/// seed, lr   where they are not swept.
/// errors     UsageError where the number of models does not fit the sweeps.
[[nodiscard]] std::vector<ModelSettings> settings_of(std::size_t count, const Sweeps& sweeps,
                                                     std::uint64_t seed, double lr);

}  // namespace levelgrad::app
