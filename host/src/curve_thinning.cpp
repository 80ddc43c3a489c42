// SPDX-License-Identifier: MIT
#include "curve_thinning.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace levelgrad::host {
namespace {

/// What is kept of one column.
class Column {
public:
  explicit Column(const CurvePoint& point) : kept_{point, point, point, point} {}

  void add(const CurvePoint& point) {
    if (point.value < kept_[1].value) kept_[1] = point;
    if (point.value > kept_[2].value) kept_[2] = point;
    kept_[3] = point;
  }

  void append_to(std::vector<CurvePoint>& line) const {
    std::array<CurvePoint, 4> sorted = kept_;
    std::ranges::stable_sort(sorted, {}, &CurvePoint::step);
    for (const CurvePoint& point : sorted) {
      if (line.empty() || line.back() != point) line.push_back(point);
    }
  }

private:
  std::array<CurvePoint, 4> kept_;  // first, lowest, highest, last
};

class Thinning {
public:
  Thinning(Range steps, double columns) : steps_(steps), columns_(columns) {}

  void add(const CurvePoint& point) {
    const double place = (point.step - steps_.min) / (steps_.max - steps_.min) * columns_;
    const double index = std::min(std::floor(place), columns_ - 1);
    if (!std::isfinite(point.value)) return add_gap(point.step, index);
    if (column_ && index == index_) {
      column_->add(point);
    } else {
      flush();
      if (in_gap_ || curve_.pieces.empty()) curve_.pieces.emplace_back();
      column_.emplace(point);
      index_ = index;
    }
    in_gap_ = false;
  }

  ThinCurve finish() {
    flush();
    return std::move(curve_);
  }

private:
  void add_gap(double step, double index) {
    if (!in_gap_ && index != last_gap_) {
      curve_.gaps.push_back(step);
      last_gap_ = index;
    }
    in_gap_ = true;
  }

  void flush() {
    if (column_) column_->append_to(curve_.pieces.back());
    column_.reset();
  }

  Range steps_;
  double columns_;
  ThinCurve curve_;
  std::optional<Column> column_;
  double index_ = 0;
  double last_gap_ = -1;
  bool in_gap_ = false;
};

}  // namespace

ThinCurve thinned(const std::vector<CurvePoint>& points, Range steps, double columns) {
  Thinning thinning(steps, columns);
  for (const CurvePoint& point : points) thinning.add(point);
  return thinning.finish();
}

}  // namespace levelgrad::host
