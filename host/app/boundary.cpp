// SPDX-License-Identifier: MIT
#include "boundary.h"

#include <algorithm>
#include <vector>

#include "score.h"

namespace levelgrad::app {
namespace {

constexpr std::size_t grid = 161;  // smooth lines at the picture's size

/// The network's inputs in the data's units.
double raw(const host::Standardization& s, std::size_t feature, double input) {
  return s.means.empty() ? input : input * s.scales[feature] + s.means[feature];
}

/// The examples' range, with some space around.
host::Range range_of(const PreparedData& data, std::size_t feature) {
  host::Range range{data.train.inputs[feature], data.train.inputs[feature]};
  for (const host::Dataset* part : {&data.train, &data.validation}) {
    for (std::size_t i = feature; i < part->inputs.size(); i += part->feature_count) {
      range.min = std::min(range.min, part->inputs[i]);
      range.max = std::max(range.max, part->inputs[i]);
    }
  }
  const double around = 0.5;
  return {range.min - around, range.max + around};
}

double place(const host::Range& range, std::size_t i) {
  return range.min + (range.max - range.min) * static_cast<double>(i) / (grid - 1);
}

std::vector<host::LabeledPoint> points_of(const host::TrainedModel& model,
                                          const host::Dataset& data) {
  const std::vector<std::uint32_t> classes = classes_of(model, data.labels);
  std::vector<host::LabeledPoint> points;
  for (std::size_t i = 0; i < classes.size(); ++i) {
    points.push_back({raw(model.standardization, 0, data.inputs[2 * i]),
                      raw(model.standardization, 1, data.inputs[2 * i + 1]), classes[i]});
  }
  return points;
}

}  // namespace

host::BoundaryPlot boundary_plot(const host::TrainedModel& model, const PreparedData& data) {
  const host::Range x = range_of(data, 0), y = range_of(data, 1);
  host::Dataset places{.feature_count = 2};
  for (std::size_t row = 0; row < grid; ++row) {
    for (std::size_t column = 0; column < grid; ++column) {
      places.inputs.insert(places.inputs.end(), {place(x, column), place(y, row)});
      places.labels.push_back(0);  // any label will do
    }
  }
  const std::vector<double> scores = score(model, places).scores;
  host::BoundaryPlot plot;
  plot.x_name = data.feature_names[0];
  plot.y_name = data.feature_names[1];
  plot.class_names = data.class_names;
  const auto raw_range = [&](const host::Range& range, std::size_t feature) {
    const auto& s = model.standardization;
    return host::Range{raw(s, feature, range.min), raw(s, feature, range.max)};
  };
  plot.x_range = raw_range(x, 0);
  plot.y_range = raw_range(y, 1);
  plot.nx = plot.ny = grid;
  plot.score_count = scores.size() / (grid * grid);
  for (std::size_t i = 0; i < grid * grid; ++i) {
    for (std::size_t k = 0; k < plot.score_count; ++k) {
      plot.scores.push_back(scores[k * grid * grid + i]);
    }
  }
  plot.points = points_of(model, data.train);
  plot.validation_points = points_of(model, data.validation);
  plot.margins = model.loss == host::Loss::Hinge;
  return plot;
}

}  // namespace levelgrad::app
