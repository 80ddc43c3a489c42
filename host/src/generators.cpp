// SPDX-License-Identifier: MIT
#include "levelgrad/host/generators.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "levelgrad/counter_random.h"
#include "levelgrad/error.h"
#include "levelgrad/math.h"
#include "levelgrad/number_text.h"

namespace levelgrad::host {
namespace {

constexpr double two_pi = 2 * std::numbers::pi;

struct Point {
  double x, y;
  std::size_t label;
};

void check(std::size_t count, std::size_t class_count, double noise) {
  if (class_count == 0 || count < class_count) {
    throw ArgumentError(fmt::format("{} examples of {} classes cannot be made", count, class_count),
                        "there is an example of each class at least");
  }
  if (count > std::numeric_limits<std::uint32_t>::max()) {
    throw ArgumentError(fmt::format("{} examples are more than can be made", count));
  }
  if (!(std::isfinite(noise) && noise >= 0)) {
    throw ArgumentError("noise must be 0 or a positive number, not " + shortest(noise));
  }
}

/// Points in a random order, with noise. point   gives the one of an index below count.
template <class PointOf>
Dataset scattered(std::size_t count, double noise, std::uint64_t seed, PointOf point) {
  Philox random(seed, 1);
  Dataset data{.feature_count = 2, .inputs = {}, .labels = {}};
  for (const std::uint32_t index : permutation(static_cast<std::uint32_t>(count), seed, 0)) {
    const Point p = point(index, random);
    data.inputs.push_back(p.x + noise * random.normal());
    data.inputs.push_back(p.y + noise * random.normal());
    data.labels.push_back(static_cast<double>(p.label));
  }
  return data;
}

/// Where one of `count` examples lies that are shared out to classes as evenly as possible.
struct Share {
  std::size_t label;
  std::size_t place;  ///< among the `size` examples of its class
  std::size_t size;
};

Share share_of(std::size_t index, std::size_t count, std::size_t class_count) {
  const std::size_t least = count / class_count, larger = count % class_count;
  const std::size_t in_larger = larger * (least + 1);
  if (index < in_larger) return {index / (least + 1), index % (least + 1), least + 1};
  const std::size_t rest = index - in_larger;
  return {larger + rest / least, rest % least, least};
}

double between(Philox& random, double low, double high) {
  return low + (high - low) * random.uniform();
}

}  // namespace

Dataset make_circles(std::size_t count, double noise, std::uint64_t seed) {
  check(count, 2, noise);
  const std::size_t outer = count / 2;
  return scattered(count, noise, seed, [&](std::size_t index, Philox&) -> Point {
    const bool inner = index >= outer;
    const double radius = inner ? 0.8 : 1.0;
    const double place = static_cast<double>(inner ? index - outer : index);
    const double angle = two_pi * place / static_cast<double>(inner ? count - outer : outer);
    return {radius * math::cos(angle), radius * math::sin(angle), inner ? 1U : 0U};
  });
}

Dataset make_blobs(std::size_t count, double noise, std::uint64_t seed, std::size_t centers) {
  check(count, centers, noise);
  Philox random(seed, 2);
  std::vector<Point> center;
  for (std::size_t k = 0; k < centers; ++k) {
    const double x = between(random, -10, 10), y = between(random, -10, 10);
    center.push_back({x, y, k});
  }
  return scattered(count, noise, seed, [&](std::size_t index, Philox&) {
    return center[share_of(index, count, centers).label];
  });
}

Dataset make_xor(std::size_t count, double noise, std::uint64_t seed) {
  check(count, 2, noise);
  return scattered(count, noise, seed, [](std::size_t, Philox& random) -> Point {
    const double x = between(random, -1, 1), y = between(random, -1, 1);
    return {x, y, (x < 0) != (y < 0) ? 1U : 0U};
  });
}

Dataset make_spiral(std::size_t count, double noise, std::uint64_t seed, std::size_t arms) {
  check(count, arms, noise);
  return scattered(count, noise, seed, [&](std::size_t index, Philox&) -> Point {
    const Share share = share_of(index, count, arms);
    // Not from 0 on: the arms would begin with one point of several classes.
    const double radius = static_cast<double>(share.place + 1) / static_cast<double>(share.size);
    const double turn = static_cast<double>(share.label) / static_cast<double>(arms);
    const double angle = two_pi * (1.75 * radius + turn);
    return {radius * math::cos(angle), radius * math::sin(angle), share.label};
  });
}

Dataset make_sine(std::size_t count, double noise, std::uint64_t seed) {
  check(count, 1, noise);
  Philox random(seed, 1);
  Dataset data{.feature_count = 1, .inputs = {}, .labels = {}};
  for (std::size_t i = 0; i < count; ++i) {
    const double x = between(random, -1, 1);
    data.inputs.push_back(x);
    data.labels.push_back(math::sin(std::numbers::pi * x) + noise * random.normal());
  }
  return data;
}

}  // namespace levelgrad::host
