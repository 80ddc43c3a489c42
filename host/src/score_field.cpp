// SPDX-License-Identifier: MIT
#include "score_field.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "levelgrad/host/contour.h"

namespace levelgrad::host {
namespace {

constexpr Color unknown{200, 200, 200};

/// Infinite scores are drawn as huge ones, so that differences and means of them are numbers.
double tame(double score) { return std::isnan(score) ? score : std::clamp(score, -1e30, 1e30); }

/// The color of a place with these scores.
Color color_of(std::span<const double> scores) {
  if (std::ranges::any_of(scores, [](double score) { return std::isnan(score); })) {
    return unknown;
  }
  if (scores.size() == 1) {
    return region_color(scores[0] >= 0 ? 1 : 0, std::abs(scores[0]));
  }
  const auto best = std::ranges::max_element(scores);
  double second = -std::numeric_limits<double>::infinity();
  for (auto score = scores.begin(); score != scores.end(); ++score) {
    second = score == best ? second : std::max(second, *score);
  }
  return region_color(static_cast<std::size_t>(best - scores.begin()), *best - second);
}

/// Two neighbours on one axis of the grid, and how far between them a pixel's centre is.
struct Place {
  std::size_t low;
  std::size_t high;
  double share;
};

Place locate(std::size_t pixel, std::size_t pixel_count, std::size_t corner_count) {
  const double at = (static_cast<double>(pixel) + 0.5) / static_cast<double>(pixel_count) *
                    static_cast<double>(corner_count - 1);
  const std::size_t low = std::min(static_cast<std::size_t>(at), corner_count - 2);
  return {low, low + 1, at - static_cast<double>(low)};
}

double blend(double from, double to, double share) { return from + share * (to - from); }

/// Bilinear.
double score_at(const BoundaryPlot& plot, const Place& x, const Place& y, std::size_t k) {
  const auto score = [&](std::size_t row, std::size_t column) {
    return tame(plot.scores[(row * plot.nx + column) * plot.score_count + k]);
  };
  const double low = blend(score(y.low, x.low), score(y.low, x.high), x.share);
  const double high = blend(score(y.high, x.low), score(y.high, x.high), x.share);
  return blend(low, high, y.share);
}

std::vector<std::vector<Point>> to_data(const BoundaryPlot& plot,
                                        std::vector<std::vector<Point>> lines) {
  for (std::vector<Point>& line : lines) {
    for (Point& point : line) {
      point.x =
          blend(plot.x_range.min, plot.x_range.max, point.x / static_cast<double>(plot.nx - 1));
      point.y =
          blend(plot.y_range.min, plot.y_range.max, point.y / static_cast<double>(plot.ny - 1));
    }
  }
  return lines;
}

/// The plot with factor * (n - 1) + 1 places on each side, scores in between being bilinear.
BoundaryPlot refine(const BoundaryPlot& plot, std::size_t factor) {
  BoundaryPlot fine;
  fine.x_range = plot.x_range;
  fine.y_range = plot.y_range;
  fine.nx = factor * (plot.nx - 1) + 1;
  fine.ny = factor * (plot.ny - 1) + 1;
  fine.score_count = plot.score_count;
  fine.scores.reserve(fine.nx * fine.ny * fine.score_count);
  const auto place = [factor](std::size_t index, std::size_t corner_count) {
    const std::size_t low = std::min(index / factor, corner_count - 2);
    const double offset = static_cast<double>(index - low * factor);
    return Place{low, low + 1, offset / static_cast<double>(factor)};
  };
  for (std::size_t row = 0; row < fine.ny; ++row) {
    for (std::size_t column = 0; column < fine.nx; ++column) {
      for (std::size_t k = 0; k < plot.score_count; ++k) {
        fine.scores.push_back(score_at(plot, place(column, plot.nx), place(row, plot.ny), k));
      }
    }
  }
  return fine;
}

/// By how much one score beats the best of the others, [ny, nx].
std::vector<double> lead_of(const BoundaryPlot& plot, std::size_t class_index) {
  std::vector<double> lead(plot.nx * plot.ny);
  for (std::size_t i = 0; i < lead.size(); ++i) {
    const double* scores = &plot.scores[i * plot.score_count];
    double others = -std::numeric_limits<double>::infinity();
    bool known = true;
    for (std::size_t k = 0; k < plot.score_count; ++k) {
      known = known && !std::isnan(scores[k]);
      others = k == class_index ? others : std::max(others, scores[k]);
    }
    lead[i] = known ? scores[class_index] - others : std::nan("");
  }
  return lead;
}

}  // namespace

Image regions(const BoundaryPlot& plot, std::size_t width, std::size_t height) {
  Image image(width, height);
  std::vector<double> scores(plot.score_count);
  for (std::size_t row = 0; row < height; ++row) {
    const Place y = locate(height - 1 - row, height, plot.ny);
    for (std::size_t column = 0; column < width; ++column) {
      const Place x = locate(column, width, plot.nx);
      for (std::size_t k = 0; k < scores.size(); ++k) {
        scores[k] = score_at(plot, x, y, k);
      }
      const Color color = color_of(scores);
      std::uint8_t* pixel = image.pixel(row, column);
      pixel[0] = color.r;
      pixel[1] = color.g;
      pixel[2] = color.b;
    }
  }
  return image;
}

std::vector<std::vector<Point>> score_lines(const BoundaryPlot& plot, double value) {
  std::vector<double> field(plot.scores);
  std::ranges::transform(field, field.begin(), tame);
  return to_data(plot, contour(field, plot.nx, plot.ny, value));
}

std::vector<std::vector<Point>> decision_lines(const BoundaryPlot& plot) {
  if (plot.score_count == 1) {
    return score_lines(plot, 0);
  }
  // Where three classes meet, the lead has a kink that a cell of the grid cannot show: the lines
  // would miss each other by a part of a cell. In a fine grid that is less than a pixel.
  const bool small = plot.nx <= 512 && plot.ny <= 512;
  const BoundaryPlot fine = refine(plot, small ? 4 : 1);
  // Every line has two sides, so the last class's lines have all been drawn as the others'.
  std::vector<std::vector<Point>> all;
  for (std::size_t k = 0; k + 1 < plot.score_count; ++k) {
    for (std::vector<Point>& line : to_data(fine, contour(lead_of(fine, k), fine.nx, fine.ny, 0))) {
      all.push_back(std::move(line));
    }
  }
  return all;
}

}  // namespace levelgrad::host
