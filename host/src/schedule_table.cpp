// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>

#include "levelgrad/contribution.h"
#include "levelgrad/host/schedule_text.h"
#include "row_groups.h"
#include "schedule_words.h"

namespace levelgrad::host {
namespace {

/// Of a table that is longer than both together, so many rows are shown at its head and its tail.
constexpr std::size_t head_rows = 26, tail_rows = 10;

/// The warps that hold a thread for each node of each lane.
std::size_t warps(std::size_t nodes, std::size_t lanes) { return (nodes * lanes + 31) / 32; }

/// Calls row(k) for the rows that are shown, and skip(first, end) for those that are not.
template <class Row, class Skip>
void for_shown_rows(std::size_t rows, const Row& row, const Skip& skip) {
  const bool all = rows <= head_rows + tail_rows + 1;
  for (std::size_t k = 0; k < rows; ++k) {
    if (!all && k == head_rows) {
      k = rows - tail_rows;
      skip(head_rows, k);
    }
    row(k);
  }
}

class Table {
public:
  explicit Table(const ScheduleReport& report) : report_(report) {}

  std::string text() {
    line("{} on {}, {}", printable(report_.name, 60), report_.gpu.title, dtype());
    nodes();
    levels();
    critical_path();
    filling();
    operations();
    traffic();
    slots();
    roofline();
    tiles();
    return std::move(text_);
  }

private:
  template <class... Arguments>
  void line(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    text_ += fmt::format(format, std::forward<Arguments>(arguments)...);
    text_.erase(text_.find_last_not_of(' ') + 1);
    text_ += '\n';
  }
  void heading(std::string_view title, std::string_view explanation) {
    line("\n{}  {}", title, explanation);
  }
  [[nodiscard]] std::string_view dtype() const {
    return report_.dtype == Dtype::F64 ? "f64" : "f32";
  }
  [[nodiscard]] std::string bytes(std::uint64_t numbers) const {
    return grouped(numbers * bytes_of(report_.dtype));
  }

  void nodes() {
    heading("NODES", "the recorded graph of one example");
    line("  {}, {}, {}, {}", counted(report_.parameters, "parameter"),
         counted(report_.inputs, "input"), counted(report_.constants, "constant"),
         counted(report_.outputs, "output"));
    constexpr std::array what = {"once per batch, before", "once per example",
                                 "once per batch, after"};
    line("  {:9} {:>10} {:>10}  {:22}  {}", "", "ops", "levels", "run", "which");
    for (std::size_t k = 0; k < report_.parts.size(); ++k) {
      const PartReport& part = report_.parts[k];
      line("  {:9} {:>10} {:>10}  {:22}  {}", part.name, grouped(part.nodes), grouped(part.levels),
           what[k], op_mix(part.ops, 40));
    }
  }

  void levels() {
    heading("LEVELS", "of the body: all nodes of a level may run at once");
    line("  {} forward with that of the inputs, {} backward; {:.1f} nodes per level, at most {}",
         grouped(report_.levels.size()), grouped(report_.backward_levels), report_.mean_width,
         grouped(report_.widest));
    line("  grads: of these nodes, that differ per example; warps: 32 threads, a thread per node");
    line("  and lane (example); to fill: lanes that give all {} threads of the GPU a node",
         grouped(report_.gpu.threads()));
    line("\n  {:>15} {:>9}  {:20} {:>9} {:>28} {:>9}", "", "", "", "", "warps for so many lanes",
         "lanes");
    line("  {:>15} {:>9}  {:20} {:>9} {:>8} {:>9} {:>9} {:>9}", "levels", "nodes", "ops", "grads",
         "1", "32", "128", "to fill");
    const std::vector<RowGroup> groups = row_groups(
        report_.levels.size(),
        [this](std::size_t a, std::size_t b) { return report_.levels[a] == report_.levels[b]; });
    for_shown_rows(
        groups.size(), [&](std::size_t k) { level_rows(groups[k]); },
        [&](std::size_t first, std::size_t end) {
          line("  {:>15}  levels {} to {} are left out here; --format json has them", "...",
               grouped(groups[first].first), grouped(groups[end].first - 1));
        });
  }

  [[nodiscard]] static std::string range_of(std::size_t first, std::size_t last) {
    return first == last ? grouped(first) : grouped(first) + "-" + grouped(last);
  }

  void level_rows(const RowGroup& group) {
    const std::string range = range_of(group.first, group.last());
    if (group.period == 1) return level_row(range, report_.levels[group.first], group.first);
    line("  {:>15}  {} times these {} levels:", range, grouped(group.times), group.period);
    for (std::size_t k = 0; k < group.period; ++k) {
      level_row(fmt::format("{}.", k + 1), report_.levels[group.first + k], group.first + k);
    }
  }

  void level_row(const std::string& label, const LevelReport& level, std::size_t index) {
    const std::size_t lanes =
        level.nodes == 0 ? 0 : (report_.gpu.threads() + level.nodes - 1) / level.nodes;
    line("  {:>15} {:>9}  {:20} {:>9} {:>8} {:>9} {:>9} {:>9}", label, grouped(level.nodes),
         index == 0 ? "(the inputs)" : printable(op_mix(level.ops, 20), 20), grouped(level.grads),
         grouped(warps(level.nodes, 1)), grouped(warps(level.nodes, 32)),
         grouped(warps(level.nodes, 128)), index == 0 ? "" : grouped(lanes));
  }

  void critical_path() {
    heading("CRITICAL PATH", "a longest chain of the body: each node waits for the one before");
    line("  {} forward, {} back: no number of threads makes one example faster than this",
         counted(report_.path_ops.size(), "node"), counted(report_.backward_levels, "level"));
    const std::vector<PathRun>& runs = report_.critical_path;
    std::vector<std::size_t> begins = {1};  // [run], and the end
    for (const PathRun& run : runs) begins.push_back(begins.back() + run.nodes);
    const std::vector<RowGroup> groups = row_groups(
        runs.size(), [&runs](std::size_t a, std::size_t b) { return runs[a] == runs[b]; });
    for_shown_rows(
        groups.size(),
        [&](std::size_t k) {
          const RowGroup& group = groups[k];
          const std::string range = range_of(begins[group.first], begins[group.last() + 1] - 1);
          if (group.times == 1) return path_row(range, runs[group.first]);
          line("  {:>15}  {} times:", range, grouped(group.times));
          for (std::size_t i = 0; i < group.period; ++i) {
            path_row(fmt::format("{}.", i + 1), runs[group.first + i]);
          }
        },
        [&](std::size_t first, std::size_t end) {
          line("  {:>15}  levels {} are left out here; --format json has them", "...",
               range_of(begins[groups[first].first], begins[groups[end].first] - 1));
        });
  }

  void path_row(const std::string& label, const PathRun& run) {
    line("  {:>15} {:>9}  {:12} {}", label, grouped(run.nodes), info(run.op).symbol,
         printable(at(run.where), 50));
  }

  void filling() {
    if (!report_.filling) return;
    heading("FILLING THE GPU",
            fmt::format("{} multiprocessors x {} threads = {} threads", report_.gpu.multiprocessors,
                        grouped(static_cast<std::uint64_t>(report_.gpu.resident_threads)),
                        grouped(report_.gpu.threads())));
    constexpr std::array names = {"widest", "median", "narrowest"};
    for (std::size_t k = 0; k < names.size(); ++k) {
      const Filling& filling = (*report_.filling)[k];
      line("  {:9} level ({}, {}): {}", names[k], grouped(filling.level),
           counted(filling.nodes, "node"), counted(filling.lanes, "lane"));
    }
  }

  void operations() {
    heading("OPERATIONS", "per example, each op counted by running its own formula");
    std::string names;
    for (const std::string_view name : Operations::names) names += fmt::format("{:>8}", name);
    line("  {:10}{:>9}{}", "", "all*", names);
    Operations all;
    for (const auto& [name, pass] : passes()) {
      operation_row(name, pass->operations);
      all += pass->operations;
    }
    operation_row("all", all);
    line("  folds: what the grads of parameters get from each example");
    line(
        "  * without sign, which GPUs change on the way; a compare stands for its choice, too, "
        "and");
    line(
        "    a division or square root counts one, though a GPU takes some ten instructions for "
        "it");
  }

  void operation_row(std::string_view name, const Operations& operations) {
    std::string counts;
    for (const std::uint64_t count : operations.count)
      counts += fmt::format("{:>8}", grouped(count));
    line("  {:10}{:>9}{}", name, grouped(operations.issued()), counts);
  }

  [[nodiscard]] std::array<std::pair<std::string_view, const Passes*>, 3> passes() const {
    return {{{"forward", &report_.forward},
             {"backward", &report_.backward},
             {"folds", &report_.folds}}};
  }

  void traffic() {
    heading("TRAFFIC", "numbers per example where every value and grad is stored, level by level");
    line("  {:10}{:>10}{:>10}{:>10}{:>12}", "", "reads", "writes", "both", "bytes");
    Traffic all;
    for (const auto& [name, pass] : passes()) {
      traffic_row(name, pass->traffic);
      all.reads += pass->traffic.reads;
      all.writes += pass->traffic.writes;
    }
    traffic_row("all", all);
  }

  void traffic_row(std::string_view name, const Traffic& traffic) {
    line("  {:10}{:>10}{:>10}{:>10}{:>12}", name, grouped(traffic.reads), grouped(traffic.writes),
         grouped(traffic.total()), bytes(traffic.total()));
  }

  void slots() {
    heading("SLOTS", "of one lane, where numbers that are not alive together share them");
    line("  {:13}{:>12}{:>14}{:>16}{:>18}", "nodes run", "slots", "bytes", "kept values*",
         "lanes fit**");
    for (const SlotReport& slots : report_.slots) {
      const auto count = static_cast<std::uint64_t>(slots.slots);
      line("  {:13}{:>12}{:>14}{:>16}{:>18}", slots.order, grouped(count), bytes(count),
           grouped(static_cast<std::uint64_t>(slots.kept)), grouped(slots.lanes));
    }
    line("  * that backward reads ** into the {} KiB shared memory of a multiprocessor",
         report_.gpu.shared_memory / 1024);
  }

  void roofline() {
    heading("ROOFLINE",
            "the most examples per second that the GPU allows, by where numbers are kept");
    line("  {}op/s without fma, memory {}B/s: from {:.2f} op/byte on arithmetic is the limit",
         with_prefix(report_.gpu.peak(report_.dtype)), with_prefix(report_.gpu.bandwidth),
         report_.gpu.ridge(report_.dtype));
    line("  {:15}{:>14}{:>14}{:>10}{:>14}  {}", "", "memory", "shared mem.", "", "", "");
    line("  {:15}{:>14}{:>14}{:>10}{:>14}  {}", "numbers in", "bytes", "bytes", "op/byte",
         "examples/s", "limited by");
    for (const StorageForm& form : report_.forms) {
      const bool works = form.examples_per_second > 0;
      line("  {:15}{:>14}{:>14}{:>10.3g}{:>14}  {}", form.name, grouped(form.memory_bytes),
           grouped(form.shared_bytes), form.intensity,
           works ? with_prefix(form.examples_per_second) : "-",
           works ? limit_name(form.limit) : form.obstacle);
    }
  }

  void tiles() {
    heading("PARAMETER TILES", "parameters whose contributions are products with common factors");
    line("  {:>7} x {:>7} x {:>5} {:>8} {:>12}", "rows", "columns", "terms", "tiles", "products");
    for_shown_rows(
        report_.tiles.size(),
        [&](std::size_t k) {
          const TileReport& tile = report_.tiles[k];
          line("  {:>7} x {:>7} x {:>5} {:>8} {:>12}", grouped(tile.rows), grouped(tile.columns),
               grouped(tile.terms), grouped(tile.tiles),
               grouped(tile.tiles * tile.rows * tile.columns * tile.terms));
        },
        [&](std::size_t first, std::size_t end) {
          line("  {:>7} {} shapes more", "...", grouped(end - first));
        });
    if (report_.tile_products == 0) return line("  none: no parameter is read in the body");
    const auto per_product = [&](std::size_t count) {
      return static_cast<double>(count) / static_cast<double>(report_.tile_products);
    };
    line(
        "  {} different factors for {} products: {:.2f} per product instead of {:.2f}, {:.2f} "
        "saved",
        grouped(report_.tile_factors), grouped(report_.tile_products),
        per_product(report_.tile_factors), per_product(report_.tile_reads),
        per_product(report_.tile_reads) - per_product(report_.tile_factors));
  }

  const ScheduleReport& report_;
  std::string text_;
};

}  // namespace

std::string schedule_table(const ScheduleReport& report) { return Table(report).text(); }

}  // namespace levelgrad::host
