// SPDX-License-Identifier: MIT
#include "levelgrad/host/schedule_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "levelgrad/storage.h"
#include "schedule_cost.h"

namespace levelgrad::host {
namespace {

constexpr std::size_t warp = 32;
/// That a thread has on all GPUs of the table, of 4 bytes each.
constexpr std::size_t most_registers = 255;

/// The most frequent first, equals in the order of the op list.
std::vector<OpCount> sorted(const std::map<Op, std::size_t>& counts) {
  std::vector<OpCount> ops;
  for (const auto& [op, nodes] : counts) ops.push_back({op, nodes});
  std::ranges::stable_sort(ops, std::greater(), &OpCount::nodes);
  return ops;
}

PartReport part_report(const Program& program, const std::string& name, NodeRange part) {
  PartReport report{name, part.size(), 0, {}};
  std::map<Op, std::size_t> ops;
  std::set<int> levels;
  for (NodeIndex node = part.begin; node < part.end; ++node) {
    ++ops[program.op(node)];
    levels.insert(program.level(node));
  }
  report.levels = levels.size();
  report.ops = sorted(ops);
  return report;
}

LevelReport level_report(const Schedule& schedule, std::size_t level) {
  LevelReport report;
  std::map<Op, std::size_t> ops, grad_ops;
  for (const NodeIndex node : schedule.level(level)) {
    ++report.nodes;
    if (level > 0) ++ops[schedule.program().op(node)];
    if (!has_lane_grad(schedule, node)) continue;
    ++report.grads;
    ++grad_ops[schedule.program().op(node)];
  }
  report.ops = sorted(ops);
  report.grad_ops = sorted(grad_ops);
  return report;
}

/// From the first of the nodes of the highest level down, each time to the first operand that is
/// one level below.
std::vector<NodeIndex> critical_path(const Schedule& schedule) {
  const Program& program = schedule.program();
  std::vector<NodeIndex> path;
  if (program.body().size() == 0) return path;
  path.push_back(schedule.level(schedule.level_count() - 1).front());
  while (program.level(path.back()) > 1) {
    const int below = program.level(path.back()) - 1;
    for (const NodeIndex operand : program.operands(path.back())) {
      if (!program.body().holds(operand) || program.level(operand) != below) continue;
      path.push_back(operand);
      break;
    }
  }
  std::ranges::reverse(path);
  return path;
}

void fill_in_path(const Schedule& schedule, ScheduleReport& report) {
  const Program& program = schedule.program();
  for (const NodeIndex node : critical_path(schedule)) {
    std::vector<PathRun>& runs = report.critical_path;
    const bool goes_on = !runs.empty() && runs.back().op == program.op(node) &&
                         runs.back().where == program.where(node);
    if (goes_on) {
      ++runs.back().nodes;
    } else {
      runs.push_back({program.op(node), program.where(node), 1});
    }
    report.path_ops.push_back(program.op(node));
  }
}

void fill_in_levels(const Schedule& schedule, ScheduleReport& report) {
  std::vector<Filling> fillings;
  for (std::size_t level = 0; level < schedule.level_count(); ++level) {
    report.levels.push_back(level_report(schedule, level));
    const LevelReport& last = report.levels.back();
    if (last.grads > 0) ++report.backward_levels;
    if (level == 0) continue;
    fillings.push_back({level, last.nodes, (report.gpu.threads() + last.nodes - 1) / last.nodes});
  }
  if (fillings.empty()) return;
  std::ranges::stable_sort(fillings, {}, &Filling::lanes);
  report.filling = {fillings.front(), fillings[fillings.size() / 2], fillings.back()};
  report.widest = fillings.front().nodes;
  report.mean_width =
      static_cast<double>(schedule.program().body().size()) / static_cast<double>(fillings.size());
}

SlotReport slot_report(const Schedule& schedule, RunOrder order, const ScheduleReport& report) {
  const Storage storage = allocate(schedule, StorageNeeds(), order);
  const std::size_t bytes = static_cast<std::size_t>(storage.slot_count) * bytes_of(report.dtype);
  return {order == RunOrder::ByLevel ? "by level" : "node by node", storage.slot_count,
          storage.kept_count, bytes == 0 ? 0 : report.gpu.shared_memory / bytes};
}

/// The highest rate: that of the resource which needs longest for an example.
StorageForm limited(StorageForm form, const ScheduleReport& report) {
  const auto operations = static_cast<double>(report.operations());
  const auto memory = static_cast<double>(form.memory_bytes);
  const auto shared = static_cast<double>(form.shared_bytes);
  const double compute_time = operations / report.gpu.peak(report.dtype);
  const double memory_time = memory / report.gpu.bandwidth;
  const double shared_time = shared / report.gpu.shared_bandwidth();
  const double time = std::max({compute_time, memory_time, shared_time});
  form.limit = time == compute_time  ? Limit::Arithmetic
               : time == memory_time ? Limit::Memory
                                     : Limit::SharedMemory;
  form.examples_per_second = time > 0 ? 1 / time : 0;
  if (time == 0) form.obstacle = "no work";
  const double bytes = shared_time > memory_time ? shared : memory;
  form.intensity = bytes > 0 ? operations / bytes : 0;
  return form;
}

void fill_in_forms(const Schedule& schedule, ScheduleReport& report) {
  const Program& program = schedule.program();
  report.slots = {slot_report(schedule, RunOrder::ByLevel, report),
                  slot_report(schedule, RunOrder::Canonical, report)};
  std::uint64_t at_the_ends = program.input_count();
  for (const ProgramParts::Output& output : program.outputs()) {
    if (program.varying(output.node)) ++at_the_ends;
  }
  const std::size_t size = bytes_of(report.dtype);
  const std::uint64_t moved = report.numbers_moved() * size, ends = at_the_ends * size;
  report.forms = {
      limited({.name = "global memory", .memory_bytes = moved}, report),
      limited({.name = "shared memory", .memory_bytes = ends, .shared_bytes = moved}, report),
      limited({.name = "registers", .memory_bytes = ends}, report)};
  const auto refuse = [&](StorageForm& form, const std::string& obstacle) {
    form.examples_per_second = 0;
    form.obstacle = obstacle;
  };
  if (program.body().size() > 0 && std::max(report.slots[0].lanes, report.slots[1].lanes) < warp) {
    refuse(report.forms[1], "a warp does not fit");
  }
  if (static_cast<std::size_t>(report.slots[1].slots) * size / 4 > most_registers) {
    refuse(report.forms[2], fmt::format("more than {} registers", most_registers));
  }
}

/// Numbers that differ from lane to lane; one is the same for all.
std::size_t lane_factors(const std::vector<Factor>& factors) {
  return static_cast<std::size_t>(std::ranges::count_if(
      factors, [](const Factor& factor) { return factor.kind != Factor::Kind::One; }));
}

void fill_in_tiles(const Schedule& schedule, ScheduleReport& report) {
  std::map<std::array<std::size_t, 3>, std::size_t> shapes;
  std::set<Factor> factors;
  for (const ParameterTile& tile : schedule.tiles()) {
    ++shapes[{tile.row_count, tile.column_count, tile.term_count}];
    report.tile_products += tile.node.size() * tile.term_count;
    report.tile_reads +=
        lane_factors(tile.row) * tile.column_count + lane_factors(tile.column) * tile.row_count;
    for (const std::vector<Factor>& side : {tile.row, tile.column}) {
      for (const Factor& factor : side) {
        if (factor.kind != Factor::Kind::One) factors.insert(factor);
      }
    }
  }
  report.tile_factors = factors.size();
  for (const auto& [shape, tiles] : shapes) {
    report.tiles.push_back({tiles, shape[0], shape[1], shape[2]});
  }
  std::ranges::stable_sort(report.tiles, std::greater(), [](const TileReport& tile) {
    return tile.tiles * tile.rows * tile.columns * tile.terms;
  });
}

}  // namespace

ScheduleReport report_on(const Schedule& schedule, const std::string& name, const Gpu& gpu,
                         Dtype dtype) {
  const Program& program = schedule.program();
  ScheduleReport report;
  report.name = name;
  report.gpu = gpu;
  report.dtype = dtype;
  report.parameters = program.parameter_count();
  report.inputs = program.input_count();
  report.constants = program.constants().size();
  report.outputs = program.outputs().size();
  report.parts = {part_report(program, "prologue", program.prologue()),
                  part_report(program, "body", program.body()),
                  part_report(program, "epilogue", program.epilogue())};
  fill_in_levels(schedule, report);
  fill_in_path(schedule, report);
  const StepCost cost = step_cost(schedule, dtype);
  report.forward = cost.forward;
  report.backward = cost.backward;
  report.folds = cost.folds;
  fill_in_forms(schedule, report);
  fill_in_tiles(schedule, report);
  return report;
}

}  // namespace levelgrad::host
