// SPDX-License-Identifier: MIT
#include "levelgrad/host/yin_yang.h"

#include <cstddef>

#include "levelgrad/math.h"

namespace levelgrad::host {
namespace {

// The symbol is drawn in the unit square.
constexpr double radius = 0.5;
constexpr double dot_radius = 0.1;
constexpr int class_count = 3;

struct Place {
  double x, y;
};

double distance(const Place& a, const Place& b) {
  const double dx = a.x - b.x;
  const double dy = a.y - b.y;
  return math::sqrt(dx * dx + dy * dy);
}

int class_of(const Place& place) {
  const double right = distance(place, {1.5 * radius, radius});
  const double left = distance(place, {0.5 * radius, radius});
  if (right < dot_radius || left < dot_radius) return 2;
  const bool head = left > dot_radius && left <= 0.5 * radius;
  const bool body = place.y > radius && right > 0.5 * radius;
  return right <= dot_radius || head || body ? 0 : 1;
}

Place draw(XorShift64Star& random, int wanted) {
  while (true) {
    const double x = random.uniform(0.0, 2 * radius);
    const double y = random.uniform(0.0, 2 * radius);
    const Place place{x, y};
    if (distance(place, {radius, radius}) <= radius && class_of(place) == wanted) return place;
  }
}

double scaled(double coordinate) { return (coordinate / radius - 1) * 2; }

}  // namespace

Splits yin_yang(XorShift64Star& random, int example_count) {
  Splits splits;
  const int train_end = static_cast<int>(0.8 * example_count);
  const int validation_end = static_cast<int>(0.9 * example_count);
  for (Dataset* data : {&splits.train, &splits.validation, &splits.test}) data->feature_count = 2;
  for (int i = 0; i < example_count; ++i) {
    const int label = i % class_count;
    const Place place = draw(random, label);
    Dataset& data = i < train_end        ? splits.train
                    : i < validation_end ? splits.validation
                                         : splits.test;
    data.inputs.push_back(scaled(place.x));
    data.inputs.push_back(scaled(place.y));
    data.labels.push_back(label);
  }
  return splits;
}

}  // namespace levelgrad::host
