// SPDX-License-Identifier: MIT
#include "levelgrad/host/standardization.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "cell.h"
#include "levelgrad/error.h"
#include "levelgrad/math.h"

namespace levelgrad::host {
namespace {

/// The left fold of f(x) from 0 over one feature of the rows.
template <class F>
double sum(const Dataset& data, std::span<const std::uint32_t> rows, std::size_t feature, F f) {
  double total = 0;
  for (const std::uint32_t row : rows) {
    total += f(data.inputs[row * data.feature_count + feature]);
  }
  return total;
}

}  // namespace

std::vector<std::size_t> constant_features(const Dataset& data,
                                           std::span<const std::uint32_t> rows) {
  std::vector<std::size_t> constant;
  for (std::size_t feature = 0; feature < data.feature_count; ++feature) {
    const auto in = [&](std::uint32_t row) {
      return data.inputs[row * data.feature_count + feature];
    };
    const double first = in(rows.front());
    if (std::ranges::all_of(rows, [&](std::uint32_t row) { return in(row) == first; })) {
      constant.push_back(feature);
    }
  }
  return constant;
}

Standardization fit_standardization(const Dataset& data, std::span<const std::uint32_t> rows,
                                    std::span<const std::string> names) {
  if (rows.empty()) throw ArgumentError("no examples to standardize by");
  const bool all_there = *std::ranges::max_element(rows) < data.example_count();
  if (!all_there || names.size() != data.feature_count) {
    throw ShapeError(fmt::format("rows or {} names that do not fit {} examples of {} features",
                                 names.size(), data.example_count(), data.feature_count));
  }
  // Not known by their scale: rounding can give equal numbers one that is not 0.
  const std::vector<std::size_t> constant = constant_features(data, rows);
  if (constant.size() == data.feature_count) {
    throw DataError("every input is the same number in all training examples",
                    "there is nothing to learn from");
  }
  const auto count = static_cast<double>(rows.size());
  Standardization fitted;
  for (std::size_t feature = 0; feature < data.feature_count; ++feature) {
    if (std::ranges::binary_search(constant, feature)) {
      fitted.means.push_back(data.inputs[rows.front() * data.feature_count + feature]);
      fitted.scales.push_back(1);
      continue;
    }
    const double mean = sum(data, rows, feature, [](double x) { return x; }) / count;
    const double variance =
        sum(data, rows, feature, [&](double x) { return (x - mean) * (x - mean); }) / count;
    const double scale = math::sqrt(variance);
    if (!(std::isfinite(scale) && scale > 0)) {
      throw DataError(fmt::format("column {} has numbers whose squares double cannot hold",
                                  shown(names[feature])),
                      "remove the column, or do not standardize");
    }
    fitted.means.push_back(mean);
    fitted.scales.push_back(scale);
  }
  return fitted;
}

void standardize(const Standardization& standardization, std::span<double> inputs) {
  const std::size_t features = standardization.means.size();
  if (features == 0 || inputs.size() % features != 0) {
    throw ShapeError(
        fmt::format("{} numbers are no examples of {} features", inputs.size(), features));
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const std::size_t feature = i % features;
    inputs[i] = (inputs[i] - standardization.means[feature]) / standardization.scales[feature];
  }
}

}  // namespace levelgrad::host
