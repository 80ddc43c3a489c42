// SPDX-License-Identifier: MIT
#include "levelgrad/host/histogram_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "fitted_text.h"
#include "levelgrad/error.h"
#include "plot_axis.h"
#include "schedule_style.h"
#include "schedule_words.h"

namespace levelgrad::host {
namespace {

constexpr std::size_t columns = 2;  // weights on the left, biases on the right
constexpr std::size_t most_groups = 24;
constexpr double panel_width = 340;
constexpr double panel_gap = 24;
constexpr double panel_height = 196;  // with its texts
constexpr double bins_height = 92;
constexpr double legend_height = 26;
constexpr Color before_color = other_color;
constexpr Color after_color{0, 114, 178};
constexpr Color after_fill{0, 114, 178, 40};

/// What is said of the values of a histogram in words.
struct Summary {
  Range range = empty_range;
  std::size_t finite = 0;
  double sum = 0;  // of the finite ones, ascending
};

Summary summary_of(std::span<const double> values) {
  Summary summary;
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    summary.range = {std::min(summary.range.min, value), std::max(summary.range.max, value)};
    summary.sum += value;
    ++summary.finite;
  }
  return summary;
}

std::string text_of(const char* when, std::span<const double> values) {
  const Summary found = summary_of(values);
  std::string text = fmt::format("{}: none is finite", when);
  if (found.finite > 0) {
    text = fmt::format("{}: {:.3g} to {:.3g}, mean {:.3g}", when, found.range.min, found.range.max,
                       found.sum / static_cast<double>(found.finite));
    if (found.finite < values.size()) {
      text += fmt::format(", {} not finite", grouped(values.size() - found.finite));
    }
  }
  return text;
}

/// How many of the values are in each bin.
std::vector<std::size_t> histogram(std::span<const double> values, const Axis& axis,
                                   std::size_t bin_count) {
  std::vector<std::size_t> bins(bin_count);
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    const double place = axis.share(value) * static_cast<double>(bin_count);
    ++bins[std::min(static_cast<std::size_t>(place), bin_count - 1)];
  }
  return bins;
}

/// The steps of a histogram's outline, from the axis and back to it.
std::vector<Point> outline(const std::vector<std::size_t>& bins, const Rect& area, double highest) {
  std::vector<Point> points{{area.x, area.bottom()}};
  for (std::size_t k = 0; k < bins.size(); ++k) {
    const double width = area.width / static_cast<double>(bins.size());
    const double left = area.x + width * static_cast<double>(k);
    const double y = area.bottom() - static_cast<double>(bins[k]) / highest * area.height;
    points.push_back({left, y});
    points.push_back({left + width, y});
  }
  points.push_back({area.right(), area.bottom()});
  return points;
}

class Histograms {
public:
  explicit Histograms(const HistogramPlot& plot)
      : plot_(plot),
        top_(heading_height(plot.title, plot.subtitle)),
        shown_(std::min(plot.groups.size(), most_groups)) {}

  [[nodiscard]] Size size() const {
    const auto rows = static_cast<double>((shown_ + columns - 1) / columns);
    return {2 * heading_margin + columns * panel_width + (columns - 1) * panel_gap,
            top_ + legend_height + rows * panel_height + 8};
  }

  void draw(Canvas& canvas) const {
    canvas.fill_rect({0, 0, canvas.size().width, canvas.size().height}, {255, 255, 255});
    draw_heading(plot_.title, plot_.subtitle, canvas);
    legend(canvas);
    for (std::size_t k = 0; k < shown_; ++k) {
      panel(plot_.groups[k],
            {heading_margin + static_cast<double>(k % columns) * (panel_width + panel_gap),
             top_ + legend_height + static_cast<double>(k / columns) * panel_height},
            canvas);
    }
  }

private:
  void legend(Canvas& canvas) const {
    const double y = top_ + 14;
    double x = heading_margin;
    const bool both =
        std::ranges::any_of(plot_.groups, [](const auto& group) { return !group.before.empty(); });
    for (const bool before : {true, false}) {
      if (before && !both) continue;
      canvas.polyline(std::array{Point{x, y - 4}, Point{x + 17, y - 4}},
                      {2, before ? before_color : after_color});
      canvas.text({x + 24, y}, before ? "before training" : "after training", small_text);
      x += 150;
    }
    if (shown_ < plot_.groups.size()) {
      canvas.text({canvas.size().width - heading_margin, y},
                  fmt::format("{} of {} groups", shown_, plot_.groups.size()), small_end);
    }
  }

  static void panel(const ParameterGroup& group, Point at, Canvas& canvas) {
    const std::string count = counted(group.after.size(), "parameter");
    const double room = panel_width - safe_text_width(count, small_end.size) - 12;
    canvas.text({at.x, at.y + 18}, fitted(group.name, room, panel_title.size, true), panel_title);
    canvas.text({at.x + panel_width, at.y + 18}, count, small_end);
    bins(group, {at.x, at.y + 28, panel_width, bins_height}, canvas);
    double y = at.y + 28 + bins_height + 34;
    if (!group.before.empty()) {
      canvas.text({at.x, y}, text_of("before", group.before), small_text);
      y += 15;
    }
    canvas.text({at.x, y}, text_of("after", group.after), small_text);
  }

  static void bins(const ParameterGroup& group, const Rect& area, Canvas& canvas) {
    Range range = empty_range;
    for (const double value : group.before) include(range, value);
    for (const double value : group.after) include(range, value);
    const Axis axis{axis_range(range)};
    const std::size_t bin_count = std::clamp<std::size_t>(
        static_cast<std::size_t>(std::sqrt(static_cast<double>(group.after.size()))) * 2, 8, 40);
    const std::vector<std::size_t> before = histogram(group.before, axis, bin_count);
    const std::vector<std::size_t> after = histogram(group.after, axis, bin_count);
    const std::size_t highest = std::max(
        {*std::ranges::max_element(before), *std::ranges::max_element(after), std::size_t{1}});
    const double top = 1.06 * static_cast<double>(highest);
    canvas.polygon(outline(after, area, top), after_fill, {});
    if (!group.before.empty()) {
      canvas.polyline(outline(before, area, top), {1.4, before_color});
    }
    canvas.polyline(outline(after, area, top), {1.8, after_color});
    canvas.polyline(std::array{Point{area.x, area.bottom()}, Point{area.right(), area.bottom()}},
                    {1, axis_color});
    for (const Tick& tick : ticks_of(axis, 6)) {
      const double x = area.x + axis.share(tick.value) * area.width;
      canvas.polyline(std::array{Point{x, area.bottom()}, Point{x, area.bottom() + 4}},
                      {1, axis_color});
      canvas.text({x, area.bottom() + 16}, tick.label, small_middle);
    }
  }

  const HistogramPlot& plot_;
  double top_;
  std::size_t shown_;
};

}  // namespace

std::vector<ParameterGroup> parameter_groups(std::span<const std::string> labels,
                                             std::span<const double> before,
                                             std::span<const double> after) {
  if (labels.size() != after.size() || (!before.empty() && before.size() != after.size())) {
    throw ShapeError(fmt::format("{} labels for {} parameters, {} of them before training",
                                 labels.size(), after.size(), before.size()));
  }
  std::vector<ParameterGroup> groups;
  std::map<std::string, std::size_t, std::less<>> places;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const std::string name = labels[i].substr(0, labels[i].find('['));
    const auto [place, is_new] = places.emplace(name, groups.size());
    if (is_new) groups.push_back({name.empty() ? "parameters" : name, {}, {}});
    ParameterGroup& group = groups[place->second];
    group.after.push_back(after[i]);
    if (!before.empty()) group.before.push_back(before[i]);
  }
  return groups;
}

void draw(const HistogramPlot& plot, Canvas& canvas) { Histograms(plot).draw(canvas); }

Size fitting_size(const HistogramPlot& plot) { return Histograms(plot).size(); }

}  // namespace levelgrad::host
