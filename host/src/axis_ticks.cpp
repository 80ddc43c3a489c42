// SPDX-License-Identifier: MIT
#include "axis_ticks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace levelgrad::host {
namespace {

/// digit * 10^exponent, digit one of 1, 2, 5.
struct RoundNumber {
  int digit;
  int exponent;
  /// k times this, correctly rounded where 10^|exponent| is exact: 3 * 0.1 would be
  /// 0.30000000000000004, but 3 / 10 is 0.3.
  [[nodiscard]] double times(double k) const {
    const double power = std::pow(10.0, std::abs(exponent));
    return exponent < 0 ? k * digit / power : k * digit * power;
  }
};

RoundNumber round_up(double number) {
  RoundNumber step{1, static_cast<int>(std::floor(std::log10(number))) - 1};
  constexpr double rounding = 1 - 1e-9;  // 0.1 + 0.2 shall be content with 0.3
  while (step.times(1) < number * rounding) {
    step = step.digit == 1   ? RoundNumber{2, step.exponent}
           : step.digit == 2 ? RoundNumber{5, step.exponent}
                             : RoundNumber{1, step.exponent + 1};
  }
  return step;
}

std::string label(double value, RoundNumber step) {
  if (step.exponent > 5 || step.exponent < -4) {
    const double magnitude = value == 0 ? step.exponent : std::floor(std::log10(std::abs(value)));
    const int digits = static_cast<int>(magnitude) - step.exponent + 1;
    return fmt::format("{:.{}g}", value, std::max(1, digits));
  }
  return fmt::format("{:.{}f}", value, std::max(0, -step.exponent));
}

}  // namespace

std::vector<Tick> ticks(Range range, double least_step) {
  const RoundNumber step = round_up(least_step);
  const double slack = 1e-9;  // of a step: an end of the range may be a rounded multiple
  const double first = std::ceil(range.min / step.times(1) - slack);
  const double last = std::floor(range.max / step.times(1) + slack);
  std::vector<Tick> ticks;
  if (!(std::abs(first) < 1e15 && std::abs(last) < 1e15)) {
    return ticks;
  }
  for (double k = first; k <= last && ticks.size() < 1000; ++k) {
    const double value = k == 0 ? 0.0 : step.times(k);  // not -0
    ticks.push_back({std::clamp(value, range.min, range.max), label(value, step)});
  }
  return ticks;
}

}  // namespace levelgrad::host
