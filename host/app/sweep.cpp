// SPDX-License-Identifier: MIT
#include "sweep.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>

#include "levelgrad/error.h"
#include "levelgrad/math.h"

namespace levelgrad::app {
namespace {

/// The parts of "a:b:c".
std::vector<std::string> parts_of(const std::string& text) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == ':') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

template <class Number>
std::optional<Number> number_in(const std::string& text) {
  Number number{};
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return number;
}

RangeSweep numbers_in(const std::string& name, const std::string& text, const std::string& range) {
  const std::vector<std::string> parts = parts_of(range);
  const bool logarithmic = parts.size() == 3 && parts[2] == "log";
  if (parts.size() != 2 && !logarithmic) {
    throw UsageError(fmt::format("--sweep: '{}' is not of the form {}=FROM:TO or {}=FROM:TO:log",
                                 text, name, name));
  }
  const auto from = number_in<double>(parts[0]), to = number_in<double>(parts[1]);
  for (const auto& [number, part] : {std::pair{from, parts[0]}, std::pair{to, parts[1]}}) {
    if (number && std::isfinite(*number) && *number > 0) continue;
    throw UsageError("--sweep: '" + part + "' in '" + text + "' is not a positive finite number");
  }
  return {*from, *to, logarithmic};
}

SeedSweep seeds_in(const std::string& text, const std::string& range) {
  const std::vector<std::string> parts = parts_of(range);
  if (parts.size() != 2) {
    throw UsageError("--sweep: '" + text + "' is not of the form seed=FIRST:LAST");
  }
  const auto from = number_in<std::uint64_t>(parts[0]), to = number_in<std::uint64_t>(parts[1]);
  if (!from || !to || *to < *from) {
    throw UsageError("--sweep: '" + text +
                     "' does not go from one whole number up to another, as in seed=1:64");
  }
  if (*to - *from == std::numeric_limits<std::uint64_t>::max()) {
    throw UsageError("--sweep: '" + text + "' has more seeds than can be counted");
  }
  return {*from, *to};
}

/// Number k of so many.
double number_at(const RangeSweep& sweep, std::size_t k, std::size_t count) {
  if (k == 0) return sweep.from;  // the ends exactly, however the numbers between are rounded
  if (k + 1 == count) return sweep.to;
  const double share = static_cast<double>(k) / static_cast<double>(count - 1);
  if (!sweep.logarithmic) return sweep.from + (sweep.to - sweep.from) * share;
  const double low = math::log(sweep.from), high = math::log(sweep.to);
  return math::exp(low + (high - low) * share);
}

/// All numbers of a sweep, or the one that is not swept.
std::vector<double> numbers_of(const char* name, const std::optional<RangeSweep>& sweep,
                               std::size_t count, double fixed) {
  if (!sweep) return {fixed};
  if (count == 1 && sweep->from != sweep->to) {
    throw UsageError(
        fmt::format("--models leaves one number for a sweep of {}: at least two are needed", name));
  }
  std::vector<double> numbers;
  for (std::size_t k = 0; k < count; ++k) numbers.push_back(number_at(*sweep, k, count));
  return numbers;
}

/// How many rates, and how many penalties, there are where both are swept.
std::size_t side_of_square(std::size_t count) {
  std::size_t side = 1;
  while (side * side < count) ++side;
  if (side * side == count) return side;
  throw UsageError(
      fmt::format("--models: sweeps of lr and penalty take as many numbers of each, so "
                  "the models of a seed must be a square number, not {}",
                  count));
}

}  // namespace

Sweeps read_sweeps(const std::vector<std::string>& texts) {
  Sweeps sweeps;
  // Emplaces what the text says, once.
  const auto take = [](auto& sweep, const std::string& name, auto read) {
    if (sweep) throw UsageError("--sweep: " + name + " is swept twice");
    sweep = read();
  };
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    const std::string name = text.substr(0, equals);
    const std::string range = equals == std::string::npos ? "" : text.substr(equals + 1);
    const auto numbers = [&] { return numbers_in(name, text, range); };
    if (name == "lr") {
      take(sweeps.lr, name, numbers);
    } else if (name == "penalty") {
      take(sweeps.penalty, name, numbers);
    } else if (name == "seed") {
      take(sweeps.seed, name, [&] { return seeds_in(text, range); });
    } else {
      throw UsageError("--sweep: '" + name + "' cannot be swept; there are: lr, penalty, seed");
    }
  }
  return sweeps;
}

std::vector<ModelSettings> settings_of(std::size_t count, const Sweeps& sweeps,
                                       const ModelSettings& fixed) {
  // Without sweeps the seeds are what differs; else all start from the same weights.
  const bool numbers = sweeps.lr || sweeps.penalty;
  const SeedSweep seeds = sweeps.seed ? *sweeps.seed
                          : numbers   ? SeedSweep{fixed.seed, fixed.seed}
                                      : SeedSweep{fixed.seed, fixed.seed + (count - 1)};
  if (seeds.to < seeds.from) throw UsageError("--seed: too large for so many models");
  const bool fits = numbers ? count % seeds.count() == 0 : count == seeds.count();
  if (!fits) {
    throw UsageError(fmt::format("--models {} with {} seeds: {}", count, seeds.count(),
                                 numbers ? "what else is swept goes with every seed, so the models "
                                           "must be a multiple of the seeds"
                                         : "where only seeds are swept there is a model for each"));
  }
  const std::size_t of_seed = count / seeds.count();
  const std::size_t each = sweeps.lr && sweeps.penalty ? side_of_square(of_seed) : of_seed;
  const std::vector<double> rates = numbers_of("lr", sweeps.lr, each, fixed.lr);
  const std::vector<double> penalties = numbers_of("penalty", sweeps.penalty, each, fixed.penalty);
  std::vector<ModelSettings> settings;
  settings.reserve(count);
  for (const double rate : rates) {
    for (const double penalty : penalties) {
      for (std::uint64_t s = 0; s < seeds.count(); ++s) {
        settings.push_back({seeds.from + s, rate, penalty});
      }
    }
  }
  return settings;
}

}  // namespace levelgrad::app
