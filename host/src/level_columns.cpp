// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "axis_ticks.h"
#include "schedule_style.h"
#include "schedule_words.h"

namespace levelgrad::host {
namespace {

constexpr std::size_t most_columns = 300;
constexpr double strip_height = 34;  // between forward and backward

/// How many nodes have each color.
using Shares = std::array<std::size_t, op_palette.size() + 1>;

/// Neighbouring levels that are drawn as one: as high as the widest, in the colors of all.
struct Column {
  std::size_t first = 0;
  std::size_t nodes = 0, grads = 0;
  Shares ops = {}, grad_ops = {}, path = {};
};

std::vector<Column> columns_of(const ScheduleReport& report, std::size_t levels_each) {
  std::vector<Column> columns;
  for (std::size_t level = 0; level < report.levels.size(); ++level) {
    // The inputs have a column of their own: they are no work.
    const bool starts = level <= 1 || (level - 1) % levels_each == 0;
    if (starts) columns.emplace_back().first = level;
    Column& column = columns.back();
    const LevelReport& own = report.levels[level];
    column.nodes = std::max(column.nodes, own.nodes);
    column.grads = std::max(column.grads, own.grads);
    for (const OpCount& op : own.ops) column.ops[op_rank(report, op.op)] += op.nodes;
    for (const OpCount& op : own.grad_ops) column.grad_ops[op_rank(report, op.op)] += op.nodes;
    if (level > 0) ++column.path[op_rank(report, report.path_ops[level - 1])];
  }
  return columns;
}

/// A multiple of 12 where that is not much more: what repeats every 2, 3 or 4 levels then looks
/// alike in all columns.
std::size_t levels_in_column(std::size_t levels) {
  const std::size_t least = (levels + most_columns - 1) / most_columns;
  return least <= 12 ? least : (least + 11) / 12 * 12;
}

class LevelColumns {
public:
  LevelColumns(const ScheduleReport& report, const Rect& area, Canvas& canvas)
      : report_(report),
        canvas_(canvas),
        area_(area),
        levels_each_(levels_in_column(report.levels.size())),
        columns_(columns_of(report, levels_each_)),
        half_((area.height - strip_height) / 2),
        up_(area.y + half_),
        down_(up_ + strip_height),
        step_(area.width / static_cast<double>(columns_.size())) {
    std::size_t most = 1;
    for (const LevelReport& level : report.levels) most = std::max(most, level.nodes);
    doublings_ = std::log2(static_cast<double>(most)) + 1;
    bar_ = std::min(step_ - gap(), 56.0);
  }

  void draw() {
    axes();
    for (std::size_t k = 0; k < columns_.size(); ++k) {
      const Column& column = columns_[k];
      stack(k, column.ops, height(column.nodes), up_, -1);
      stack(k, column.grad_ops, height(column.grads), down_, 1);
    }
    counts();
    critical_path();
    level_axis();
  }

private:
  [[nodiscard]] double middle(std::size_t column) const {
    return area_.x + step_ * (static_cast<double>(column) + 0.5);
  }
  /// A logarithm that gives a single node a height, too. 0.88: room for the counts.
  [[nodiscard]] double height(std::size_t nodes) const {
    if (nodes == 0) return 0;
    return 0.88 * half_ * (std::log2(static_cast<double>(nodes)) + 1) / doublings_;
  }
  [[nodiscard]] double gap() const { return step_ >= 5 ? std::min(2.0, 0.12 * step_) : 0; }

  /// A bar from the axis outwards, the colors always in the same order.
  void stack(std::size_t k, const Shares& shares, double full, double axis, int direction) {
    const std::size_t all = std::accumulate(shares.begin(), shares.end(), std::size_t{0});
    if (all == 0) return piece(k, axis, direction, 0, full, input_color);
    double from = 0;
    for (std::size_t rank = 0; rank < shares.size(); ++rank) {
      const double to = from + full * static_cast<double>(shares[rank]) / static_cast<double>(all);
      piece(k, axis, direction, from, to, rank_color(rank));
      from = to;
    }
  }

  void piece(std::size_t k, double axis, int direction, double from, double to, Color color) {
    if (to <= from) return;
    const double y = direction < 0 ? axis - to : axis + from;
    // Without gaps a hair more, so that no background shines through between columns.
    const double hair = gap() > 0 ? 0 : 0.3;
    canvas_.fill_rect({middle(k) - bar_ / 2, y, bar_ + hair, to - from}, color);
  }

  void axes() {
    const double right = area_.right();
    const int step = std::max(1, static_cast<int>(std::ceil(doublings_ / 6)));
    for (int power = 0; power < doublings_; power += step) {
      const std::size_t nodes = std::size_t{1} << power;
      const double h = height(nodes);
      for (const double y : {up_ - h, down_ + h}) {
        canvas_.polyline(std::array{Point{area_.x, y}, Point{right, y}}, {1, grid_color});
        canvas_.text({area_.x - 8, y + 4}, grouped(nodes), small_end);
        const std::size_t lanes = (report_.gpu.threads() + nodes - 1) / nodes;
        canvas_.text({right + 8, y + 4}, grouped(lanes), small_text);
      }
    }
    const double above = area_.y + half_ / 2, below = down_ + half_ / 2;
    canvas_.text({area_.x - 52, above}, "nodes = warps of 32 lanes", upward_text);
    canvas_.text({area_.x - 52, below}, "grads = warps of 32 lanes", upward_text);
    for (const double y : {above, below}) {
      canvas_.text({right + 74, y}, "lanes that fill the GPU", upward_text);
    }
    canvas_.text({area_.x, area_.y - 4}, "forward, from left to right",
                 {.size = 12, .color = ink, .bold = true});
    canvas_.text({area_.x, area_.bottom() + 14}, "backward, from right to left",
                 {.size = 12, .color = ink, .bold = true});
    if (report_.backward_levels == 0) {
      canvas_.text({area_.x + area_.width / 2, below}, "no grad differs from lane to lane",
                   small_middle);
    }
  }

  /// How many nodes, above a column where that changes and there is room.
  void counts() {
    constexpr double size = 10, digit = 0.62 * size;
    double free_up = area_.x, free_down = area_.x;
    std::size_t last_nodes = 0, last_grads = 0;
    const auto count = [&](std::size_t k, std::size_t number, std::size_t& last, double& free,
                           double y) {
      const std::string text = grouped(number);
      const double x = middle(k);
      const double half_text = digit * static_cast<double>(text.size()) / 2;
      if (number != last && number > 0 && x - half_text >= free - step_ / 2) {
        canvas_.text({x, y}, text, {.size = size, .color = ink, .anchor = Anchor::Middle});
        free = x + half_text + 3;
      }
      last = number;
    };
    if (step_ < 8) return;
    for (std::size_t k = 0; k < columns_.size(); ++k) {
      const Column& column = columns_[k];
      count(k, column.nodes, last_nodes, free_up, up_ - height(column.nodes) - 4);
      count(k, column.grads, last_grads, free_down, down_ + height(column.grads) + 12);
    }
  }

  /// A bead of the op's color for each level, on a string.
  void critical_path() {
    const double y = up_ + strip_height / 2;
    if (columns_.size() < 2) return;
    canvas_.polyline(std::array{Point{middle(1), y}, Point{middle(columns_.size() - 1), y}},
                     {2, ink});
    canvas_.text({area_.x - 8, y - 2}, "critical", small_end);
    canvas_.text({area_.x - 8, y + 10}, "path", small_end);
    canvas_.text({area_.right() + 8, y + 4}, counted(report_.path_ops.size(), "node"), small_text);
    const double radius = std::clamp(0.36 * step_, 0.0, 6.0);
    for (std::size_t k = 1; k < columns_.size(); ++k) {
      if (step_ < 5 || levels_each_ > 1) {
        stack(k, columns_[k].path, 10, y - 5, 1);
      } else {
        const auto rank = std::ranges::find(columns_[k].path, 1U) - columns_[k].path.begin();
        canvas_.circle({middle(k), y}, radius, rank_color(static_cast<std::size_t>(rank)),
                       {1.2, ink});
      }
    }
  }

  void level_axis() {
    const double y = area_.bottom() + 34;
    const auto last = static_cast<double>(report_.levels.size() - 1);
    const double least = std::max(1.0, (last + 1) * 56 / area_.width);
    for (const Tick& tick : ticks({0, last}, least)) {
      const double behind = (tick.value - 1) / static_cast<double>(levels_each_);
      const double x = tick.value == 0 ? middle(0) : middle(1) + step_ * behind;
      canvas_.text({x, y}, grouped(static_cast<std::uint64_t>(tick.value)), small_middle);
    }
    std::string name = "level (0: the inputs)";
    if (levels_each_ > 1) {
      name += fmt::format(
          "; a column stands for {} levels: as high as the widest, in the colors of all",
          levels_each_);
    }
    canvas_.text({area_.x + area_.width / 2, y + 17}, name, small_middle);
  }

  const ScheduleReport& report_;
  Canvas& canvas_;
  Rect area_;
  std::size_t levels_each_;
  std::vector<Column> columns_;
  double half_;       // height of each direction
  double up_, down_;  // where forward and backward columns stand
  double step_;       // from column to column
  double bar_ = 0;    // width of a column
  double doublings_ = 1;
};

}  // namespace

void draw_levels(const ScheduleReport& report, const Rect& area, Canvas& canvas) {
  LevelColumns(report, area, canvas).draw();
}

}  // namespace levelgrad::host
