// SPDX-License-Identifier: MIT
#include "boundary.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "levelgrad/host/png_canvas.h"
#include "levelgrad/host/svg_canvas.h"

namespace levelgrad::app {
namespace {

constexpr std::size_t grid = 161;  // smooth lines at the picture's size
constexpr double around = 0.5;     // space around the data

host::Range range_of(const host::Dataset& data, std::size_t feature) {
  host::Range range{data.inputs[feature], data.inputs[feature]};
  for (std::size_t i = feature; i < data.inputs.size(); i += data.feature_count) {
    range.min = std::min(range.min, data.inputs[i]);
    range.max = std::max(range.max, data.inputs[i]);
  }
  return {range.min - around, range.max + around};
}

double place(const host::Range& range, std::size_t i) {
  return range.min + (range.max - range.min) * static_cast<double>(i) / (grid - 1);
}

}  // namespace

host::BoundaryPlot boundary_plot(host::Trainer& trainer, const host::Dataset& data,
                                 const std::optional<host::StepReport>& last) {
  host::BoundaryPlot plot;
  plot.subtitle = fmt::format("{} parameters, ", trainer.program().parameter_count());
  plot.subtitle += last ? fmt::format("{} steps: loss {:.4f}, accuracy {:.4g} %", last->step + 1,
                                      last->loss, last->accuracy)
                        : "untrained";
  plot.x_range = range_of(data, 0);
  plot.y_range = range_of(data, 1);
  plot.nx = plot.ny = grid;
  std::vector<double> places;  // [ny, nx, 2]
  for (std::size_t row = 0; row < grid; ++row) {
    for (std::size_t column = 0; column < grid; ++column) {
      places.push_back(place(plot.x_range, column));
      places.push_back(place(plot.y_range, row));
    }
  }
  plot.score_count = trainer.score_count();
  plot.scores = trainer.scores(places);
  // One score parts labels -1 and 1; else labels count the classes.
  for (std::size_t i = 0; i < data.example_count(); ++i) {
    plot.points.push_back({data.inputs[2 * i], data.inputs[2 * i + 1],
                           static_cast<std::size_t>(std::max(data.labels[i], 0.0))});
  }
  return plot;
}

std::string boundary_png(const host::BoundaryPlot& plot) {
  host::PngCanvas canvas(host::fitting_size(plot));
  host::draw(plot, canvas);
  return canvas.png();
}

std::string boundary_svg(const host::BoundaryPlot& plot) {
  host::SvgCanvas canvas(host::fitting_size(plot));
  host::draw(plot, canvas);
  return canvas.svg();
}

}  // namespace levelgrad::app
