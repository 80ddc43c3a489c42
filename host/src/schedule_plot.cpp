// SPDX-License-Identifier: MIT
#include "levelgrad/host/schedule_plot.h"

#include <fmt/format.h>

#include <algorithm>

#include "levelgrad/contribution.h"
#include "levelgrad/host/svg_canvas.h"
#include "schedule_style.h"
#include "schedule_words.h"

namespace levelgrad::host {
namespace {

constexpr Rect levels_area{92, 128, 930, 420};
constexpr Rect roofline_area{92, 664, 300, 200};
constexpr Point facts_place{626, 664};
constexpr std::size_t facts_width = 62;  // characters

void draw_title(const ScheduleReport& report, Canvas& canvas) {
  canvas.text({28, 42},
              fmt::format("{}: {} in {}", printable(report.name, 48),
                          counted(report.parts[1].nodes, "node"),
                          counted(report.levels.size() - 1, "level")),
              {.size = 22, .color = ink, .bold = true});
  canvas.text({28, 66},
              fmt::format("The scalar graph of one example. The nodes of a column are independent "
                          "and may run at once; columns wait for each other. {}, {}.",
                          report.gpu.title, report.dtype == Dtype::F64 ? "f64" : "f32"),
              {.size = 13, .color = soft_ink});
}

/// A square and a name for each color.
void draw_op_legend(const ScheduleReport& report, Canvas& canvas) {
  double x = 28;
  const auto entry = [&](Color color, const std::string& name) {
    canvas.fill_rect({x, 86, 12, 12}, color);
    canvas.text({x + 18, 96.5}, name, {.size = 12, .color = ink});
    x += 18 + 7.4 * static_cast<double>(name.size()) + 20;
  };
  std::size_t others = 0;
  for (const OpCount& op : report.parts[1].ops) {
    const std::size_t rank = op_rank(report, op.op);
    if (rank == op_palette.size()) {
      others += op.nodes;
    } else {
      entry(rank_color(rank), fmt::format("{} ({})", info(op.op).symbol, grouped(op.nodes)));
    }
  }
  if (others > 0) entry(other_color, fmt::format("other ops ({})", grouped(others)));
  entry(input_color, "inputs");
}

std::string tile_text(const ScheduleReport& report) {
  std::string text;
  for (std::size_t k = 0; k < report.tiles.size() && k < 3; ++k) {
    const TileReport& tile = report.tiles[k];
    text += k == 0 ? "" : ", ";
    if (tile.tiles > 1) text += grouped(tile.tiles) + " of ";
    text += grouped(tile.rows) + " x " + grouped(tile.columns);
    if (tile.terms > 1) text += " x " + grouped(tile.terms);
  }
  if (report.tiles.size() > 3) text += ", ...";
  return text.empty() ? "none" : text;
}

struct Fact {
  std::string name, number, explanation;
};

std::vector<Fact> facts(const ScheduleReport& report) {
  std::vector<Fact> list;
  list.push_back({"Critical path", counted(report.path_ops.size(), "node"),
                  "a longest chain: no number of threads is faster"});
  list.push_back({"Width", fmt::format("{:.1f} nodes on average", report.mean_width),
                  fmt::format("at most {}; {} backward", grouped(report.widest),
                              counted(report.backward_levels, "level"))});
  if (report.filling) {
    const auto& [widest, median, narrowest] = *report.filling;
    list.push_back({"To fill the GPU",
                    fmt::format("{} / {} / {} lanes", grouped(widest.lanes), grouped(median.lanes),
                                grouped(narrowest.lanes)),
                    fmt::format("widest, median, narrowest level; {} threads",
                                grouped(report.gpu.threads()))});
  }
  list.push_back(
      {"Operations", grouped(report.operations()) + " per example",
       fmt::format("{} forward, {} backward, {} folds", grouped(report.forward.operations.issued()),
                   grouped(report.backward.operations.issued()),
                   grouped(report.folds.operations.issued()))});
  list.push_back({"Traffic", grouped(report.numbers_moved()) + " numbers per example",
                  "if every value and grad is stored"});
  list.push_back({"Slots",
                  fmt::format("{} node by node, {} by level",
                              grouped(static_cast<std::uint64_t>(report.slots[1].slots)),
                              grouped(static_cast<std::uint64_t>(report.slots[0].slots))),
                  "of a lane, if numbers share them"});
  list.push_back({"Parameter tiles", tile_text(report),
                  fmt::format("{} factors for {} products", grouped(report.tile_factors),
                              grouped(report.tile_products))});
  return list;
}

void draw_facts(const ScheduleReport& report, Canvas& canvas) {
  double y = facts_place.y + 4;
  for (const Fact& fact : facts(report)) {
    canvas.text({facts_place.x, y}, fact.name, {.size = 12, .color = soft_ink});
    canvas.text({facts_place.x + 112, y}, fact.number, {.size = 12.5, .color = ink, .bold = true});
    canvas.text({facts_place.x + 112, y + 14.5}, printable(fact.explanation, facts_width),
                {.size = 11, .color = soft_ink});
    y += 34;
  }
}

}  // namespace

std::size_t op_rank(const ScheduleReport& report, Op op) {
  const std::vector<OpCount>& ops = report.parts[1].ops;
  const auto found = std::ranges::find(ops, op, &OpCount::op);
  return std::min(static_cast<std::size_t>(found - ops.begin()), op_palette.size());
}

Color rank_color(std::size_t rank) {
  return rank < op_palette.size() ? op_palette[rank] : other_color;
}

void draw(const ScheduleReport& report, Canvas& canvas) {
  canvas.fill_rect({0, 0, canvas.size().width, canvas.size().height}, {255, 255, 255});
  draw_title(report, canvas);
  draw_op_legend(report, canvas);
  draw_levels(report, levels_area, canvas);
  canvas.text({28, roofline_area.y - 26}, "Roofline: where a lane's numbers are kept decides",
              panel_title);
  draw_roofline(report, roofline_area, canvas);
  canvas.text({facts_place.x, roofline_area.y - 26}, "In numbers", panel_title);
  draw_facts(report, canvas);
}

std::string schedule_svg(const ScheduleReport& report) {
  SvgCanvas canvas(schedule_plot_size);
  draw(report, canvas);
  return canvas.svg();
}

}  // namespace levelgrad::host
