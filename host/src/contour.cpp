// SPDX-License-Identifier: MIT
#include "levelgrad/host/contour.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "levelgrad/error.h"

namespace levelgrad::host {
namespace {

/// An edge of the grid: 2 * corner for the edge that goes right from the corner, 2 * corner + 1
/// for the one that goes down. A level line crosses an edge at most once.
using Edge = std::size_t;
constexpr Edge no_edge = static_cast<Edge>(-1);

/// An edge has at most one cell on each side, and in a cell it is linked at most once.
class Links {
public:
  explicit Links(std::size_t edge_count) : links_(edge_count, {no_edge, no_edge}) {}

  void join(Edge a, Edge b) {
    add(a, b);
    add(b, a);
  }
  [[nodiscard]] bool has_any(Edge edge) const { return links_[edge][0] != no_edge; }
  [[nodiscard]] bool has_one(Edge edge) const {
    return has_any(edge) && links_[edge][1] == no_edge;
  }
  /// Removes and returns the first link of the edge, or no_edge.
  Edge take(Edge from) {
    const Edge to = links_[from][0];
    if (to != no_edge) {
      remove(from, to);
      remove(to, from);
    }
    return to;
  }

private:
  void add(Edge from, Edge to) { links_[from][links_[from][0] == no_edge ? 0 : 1] = to; }
  void remove(Edge from, Edge to) {
    std::array<Edge, 2>& link = links_[from];
    link = {link[0] == to ? link[1] : link[0], no_edge};
  }

  std::vector<std::array<Edge, 2>> links_;
};

/// One run of the algorithm.
class Tracer {
public:
  Tracer(std::span<const double> field, std::size_t nx, double level)
      : field_(field), nx_(nx), level_(level), links_(2 * field.size()) {}

  /// Links the edges that the line crosses on its way through the cell. corner: its upper left.
  void visit_cell(std::size_t corner) {
    const std::array<std::size_t, 4> corners{corner, corner + 1, corner + nx_ + 1, corner + nx_};
    const std::array<Edge, 4> edges{2 * corner, 2 * (corner + 1) + 1, 2 * (corner + nx_),
                                    2 * corner + 1};  // edge i goes from corner i to corner i+1
    std::array<Edge, 4> crossed{};
    std::size_t count = 0;
    double sum = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      if (!std::isfinite(field_[corners[i]])) {
        return;
      }
      sum += field_[corners[i]] / 4;
      if (is_above(corners[i]) != is_above(corners[(i + 1) % 4])) {
        crossed[count++] = edges[i];
      }
    }
    if (count == 2) {
      links_.join(crossed[0], crossed[1]);
    } else if (count == 4) {
      visit_saddle(edges, is_above(corner) == (sum >= level_));
    }
  }

  /// All lines, when all cells have been visited: first those with ends, then the closed ones.
  std::vector<std::vector<Point>> lines() {
    std::vector<std::vector<Point>> lines;
    for (Edge edge = 0; edge < 2 * field_.size(); ++edge) {
      if (links_.has_one(edge)) {
        follow(edge, lines);
      }
    }
    for (Edge edge = 0; edge < 2 * field_.size(); ++edge) {
      if (links_.has_any(edge)) {
        follow(edge, lines);
      }
    }
    return lines;
  }

private:
  [[nodiscard]] bool is_above(std::size_t corner) const { return field_[corner] >= level_; }

  /// The two lines of a saddle go around the two corners that the centre is NOT joined with.
  void visit_saddle(const std::array<Edge, 4>& edges, bool center_is_like_corner_0) {
    if (center_is_like_corner_0) {
      links_.join(edges[0], edges[1]);  // around corner 1
      links_.join(edges[2], edges[3]);  // around corner 3
    } else {
      links_.join(edges[3], edges[0]);
      links_.join(edges[1], edges[2]);
    }
  }

  [[nodiscard]] Point crossing(Edge edge) const {
    const std::size_t from = edge / 2;
    const bool goes_down = edge % 2 == 1;
    const double a = field_[from];
    const double b = field_[goes_down ? from + nx_ : from + 1];
    const double share = (level_ - a) / (b - a);  // one is above and the other not: a != b
    const auto x = static_cast<double>(from % nx_);
    const auto y = static_cast<double>(from / nx_);
    return goes_down ? Point{x, y + share} : Point{x + share, y};
  }

  void follow(Edge edge, std::vector<std::vector<Point>>& lines) {
    std::vector<Point> line;
    for (; edge != no_edge; edge = links_.take(edge)) {
      const Point point = crossing(edge);
      if (line.empty() || !(line.back() == point)) {  // a corner on the level is met twice
        line.push_back(point);
      }
    }
    if (line.size() > 1) {
      lines.push_back(std::move(line));
    }
  }

  std::span<const double> field_;
  std::size_t nx_;
  double level_;
  Links links_;
};

}  // namespace

std::vector<std::vector<Point>> contour(std::span<const double> field, std::size_t nx,
                                        std::size_t ny, double level) {
  const std::size_t fitting_rows = nx == 0 ? 0 : field.size() / nx;
  if (fitting_rows != ny || fitting_rows * nx != field.size()) {
    throw ShapeError(fmt::format("a grid of {} x {} corners got {} values", nx, ny, field.size()));
  }
  if (nx < 2 || ny < 2) {
    return {};
  }
  Tracer tracer(field, nx, level);
  for (std::size_t row = 0; row + 1 < ny; ++row) {
    for (std::size_t column = 0; column + 1 < nx; ++column) {
      tracer.visit_cell(row * nx + column);
    }
  }
  return tracer.lines();
}

}  // namespace levelgrad::host
