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

RateSweep rates_in(const std::string& text, const std::string& range) {
  const std::vector<std::string> parts = parts_of(range);
  const bool logarithmic = parts.size() == 3 && parts[2] == "log";
  if (parts.size() != 2 && !logarithmic) {
    throw UsageError("--sweep: '" + text + "' is not of the form lr=FROM:TO or lr=FROM:TO:log");
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

/// Rate k of so many.
double rate_at(const RateSweep& sweep, std::size_t k, std::size_t count) {
  if (k == 0) return sweep.from;  // the ends exactly, however the numbers between are rounded
  if (k + 1 == count) return sweep.to;
  const double share = static_cast<double>(k) / static_cast<double>(count - 1);
  if (!sweep.logarithmic) return sweep.from + (sweep.to - sweep.from) * share;
  const double low = math::log(sweep.from), high = math::log(sweep.to);
  return math::exp(low + (high - low) * share);
}

}  // namespace

Sweeps read_sweeps(const std::vector<std::string>& texts) {
  Sweeps sweeps;
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    const std::string name = text.substr(0, equals);
    const std::string range = equals == std::string::npos ? "" : text.substr(equals + 1);
    const bool twice = (name == "lr" && sweeps.lr) || (name == "seed" && sweeps.seed);
    if (twice) throw UsageError("--sweep: " + name + " is swept twice");
    if (name == "lr") {
      sweeps.lr = rates_in(text, range);
    } else if (name == "seed") {
      sweeps.seed = seeds_in(text, range);
    } else {
      throw UsageError("--sweep: '" + name + "' cannot be swept; there are: lr, seed");
    }
  }
  return sweeps;
}

std::vector<ModelSettings> settings_of(std::size_t count, const Sweeps& sweeps, std::uint64_t seed,
                                       double lr) {
  // Without sweeps the seeds are what differs; with rates alone all start from the same weights.
  const SeedSweep seeds = sweeps.seed ? *sweeps.seed
                          : sweeps.lr ? SeedSweep{seed, seed}
                                      : SeedSweep{seed, seed + (count - 1)};
  if (seeds.to < seeds.from) throw UsageError("--seed: too large for so many models");
  const bool fits = sweeps.lr ? count % seeds.count() == 0 : count == seeds.count();
  if (!fits) {
    throw UsageError(fmt::format("--models {} with {} seeds: {}", count, seeds.count(),
                                 sweeps.lr ? "each rate goes with every seed, so the models must "
                                             "be a multiple of the seeds"
                                           : "without a sweep of lr there is a model for each"));
  }
  const std::size_t rates = count / seeds.count();
  if (sweeps.lr && rates == 1 && sweeps.lr->from != sweeps.lr->to) {
    throw UsageError(fmt::format(
        "--models {} leaves one rate for a sweep of lr: at least two are needed", count));
  }
  std::vector<ModelSettings> settings;
  settings.reserve(count);
  for (std::size_t k = 0; k < rates; ++k) {
    const double rate = sweeps.lr ? rate_at(*sweeps.lr, k, rates) : lr;
    for (std::uint64_t s = 0; s < seeds.count(); ++s) settings.push_back({seeds.from + s, rate});
  }
  return settings;
}

}  // namespace levelgrad::app
