// SPDX-License-Identifier: MIT
#include "levelgrad/host/metrics.h"

#include <fmt/format.h>

#include <cmath>
#include <numeric>

#include "levelgrad/error.h"

namespace levelgrad::host {
namespace {

void check_lengths(std::size_t truth, std::size_t predicted) {
  if (truth != predicted) {
    throw ShapeError(fmt::format("{} examples got {} predictions", truth, predicted));
  }
}

double share(double part, double whole) { return whole == 0 ? 0 : part / whole; }

double share(std::uint64_t part, std::uint64_t whole) {
  return share(static_cast<double>(part), static_cast<double>(whole));
}

std::uint64_t predicted_count(const Confusion& confusion, std::size_t predicted) {
  std::uint64_t sum = 0;
  for (std::size_t k = 0; k < confusion.class_count; ++k) sum += confusion.count(k, predicted);
  return sum;
}

/// weight(a class) says how much it counts.
template <class Weight>
ClassMetrics mean(std::span<const ClassMetrics> classes, const Weight& weight) {
  ClassMetrics sum;
  double weights = 0;
  for (const ClassMetrics& each : classes) {
    const double w = weight(each);
    sum.precision += w * each.precision;
    sum.recall += w * each.recall;
    sum.f1 += w * each.f1;
    sum.support += each.support;
    weights += w;
  }
  return {share(sum.precision, weights), share(sum.recall, weights), share(sum.f1, weights),
          sum.support};
}

}  // namespace

std::uint64_t Confusion::support(std::size_t truth) const {
  std::uint64_t sum = 0;
  for (std::size_t k = 0; k < class_count; ++k) sum += count(truth, k);
  return sum;
}

std::uint64_t Confusion::right() const {
  std::uint64_t sum = 0;
  for (std::size_t k = 0; k < class_count; ++k) sum += count(k, k);
  return sum;
}

std::uint64_t Confusion::example_count() const {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

Confusion confusion(std::span<const std::uint32_t> truth, std::span<const std::uint32_t> predicted,
                    std::size_t class_count) {
  check_lengths(truth.size(), predicted.size());
  Confusion result{class_count, std::vector<std::uint64_t>(class_count * class_count)};
  for (std::size_t i = 0; i < truth.size(); ++i) {
    if (truth[i] >= class_count || predicted[i] >= class_count) {
      throw ArgumentError(fmt::format("example {} is of class {} and predicted to be of {}, of {}",
                                      i, truth[i], predicted[i], class_count),
                          "classes are counted from 0");
    }
    ++result.counts[truth[i] * class_count + predicted[i]];
  }
  return result;
}

double accuracy(const Confusion& confusion) {
  return share(confusion.right(), confusion.example_count());
}

std::vector<ClassMetrics> class_metrics(const Confusion& confusion) {
  std::vector<ClassMetrics> classes;
  for (std::size_t k = 0; k < confusion.class_count; ++k) {
    const std::uint64_t right = confusion.count(k, k);
    const std::uint64_t predicted = predicted_count(confusion, k);
    const std::uint64_t support = confusion.support(k);
    classes.push_back({share(right, predicted), share(right, support),
                       share(2 * right, predicted + support), support});
  }
  return classes;
}

ClassMetrics macro_mean(std::span<const ClassMetrics> classes) {
  return mean(classes, [](const ClassMetrics&) { return 1.0; });
}

ClassMetrics weighted_mean(std::span<const ClassMetrics> classes) {
  return mean(classes, [](const ClassMetrics& each) { return static_cast<double>(each.support); });
}

RegressionMetrics regression_metrics(std::span<const double> truth,
                                     std::span<const double> predicted) {
  check_lengths(truth.size(), predicted.size());
  if (truth.empty()) throw ArgumentError("metrics of no examples", "give at least one");
  const auto count = static_cast<double>(truth.size());
  double absolute = 0, squares = 0, offset = 0;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    const double error = predicted[i] - truth[i];
    absolute += std::abs(error);
    squares += error * error;
    offset += truth[i] - truth[0];
  }
  const double mean = truth[0] + offset / count;
  double deviations = 0;
  for (const double number : truth) deviations += (number - mean) * (number - mean);
  const double exact = squares == 0 ? 1 : 0;
  return {squares / count, absolute / count, deviations == 0 ? exact : 1 - squares / deviations};
}

std::vector<std::uint32_t> predicted_classes(std::span<const double> scores,
                                             std::size_t score_count) {
  if (score_count == 0 || scores.size() % score_count != 0) {
    throw ShapeError(fmt::format("{} scores are no {} rows", scores.size(), score_count));
  }
  const std::size_t examples = scores.size() / score_count;
  std::vector<std::uint32_t> classes(examples);
  for (std::size_t i = 0; i < examples; ++i) {
    if (score_count == 1) classes[i] = scores[i] > 0 ? 1 : 0;
    for (std::size_t k = 1; k < score_count; ++k) {
      const bool higher = scores[k * examples + i] > scores[classes[i] * examples + i];
      if (higher) classes[i] = static_cast<std::uint32_t>(k);
    }
  }
  return classes;
}

std::string class_name(std::span<const std::string> class_names, std::size_t k) {
  return k < class_names.size() ? class_names[k] : std::to_string(k);
}

}  // namespace levelgrad::host
