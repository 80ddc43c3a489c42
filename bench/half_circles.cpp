// SPDX-License-Identifier: MIT
#include "half_circles.h"

#include <cmath>
#include <cstdint>
#include <numbers>

#include "levelgrad/math.h"
#include "levelgrad/random.h"

namespace levelgrad::bench {

host::Dataset half_circles(std::size_t count, double noise) {
  constexpr std::uint64_t seed = 1337;
  constexpr double pi = std::numbers::pi;
  PythonRandom random(seed);
  host::Dataset data;
  data.feature_count = 2;
  data.inputs.reserve(2 * count);
  data.labels.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const double angle = random.uniform(0, pi);
    // Box-Muller: two independent Gaussian numbers, one for each coordinate.
    const double radius = noise * std::sqrt(-2 * math::log(1 - random.random()));
    const double turn = random.uniform(0, 2 * pi);
    const bool inner = i % 2 == 1;
    const double x = inner ? 1 - math::cos(angle) : math::cos(angle);
    const double y = inner ? 0.5 - math::sin(angle) : math::sin(angle);
    data.inputs.push_back(x + radius * math::cos(turn));
    data.inputs.push_back(y + radius * math::sin(turn));
    data.labels.push_back(inner ? 1 : -1);
  }
  return data;
}

}  // namespace levelgrad::bench
