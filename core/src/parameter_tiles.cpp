// SPDX-License-Identifier: MIT
//
// A contribution to a weight is a product of two numbers of a lane, most often: a value and a grad.
// Weights whose contributions have the grad in common form a row, rows with the same values a
// rectangle. No knowledge of layers is needed, and any Program has tiles: what fits into no
// rectangle is a row of contributions that are computed as their ops say, times 1.
#include "parameter_tiles.h"

#include <map>
#include <utility>

namespace levelgrad::detail {
namespace {

using Factors = std::vector<Factor>;  // one for each term

/// A uniform node and the factors of its contributions, in the order in which they are added.
struct Target {
  NodeIndex node;
  Factors row, column;
};

/// Below this many rows and columns, sharing factors gains nothing over computing the products.
constexpr std::size_t least_side = 4;

constexpr Factor one = {};

Factor computed(const Consumer& consumer) {
  return {Factor::Kind::Contribution, consumer.operand, consumer.node};
}

/// The number that the grad is multiplied by, where the contribution is such a product of two
/// numbers that differ from lane to lane.
std::pair<Factor, Factor> factors_of(const Schedule& schedule, const Consumer& consumer) {
  const Program& program = schedule.program();
  const Factor grad = {Factor::Kind::NodeGrad, 0, schedule.grad_source(consumer.node)};
  const Form form = info(program.op(consumer.node)).derivative[consumer.operand].form;
  if (form == Form::Copy) return {grad, one};
  if (form == Form::TimesY) return {grad, {Factor::Kind::NodeValue, 0, consumer.node}};
  const std::size_t k = form == Form::TimesA ? 0 : form == Form::TimesB ? 1 : 2;
  if (form == Form::Other || !program.varying(program.operands(consumer.node)[k])) {
    return {one, computed(consumer)};
  }
  return {grad, {Factor::Kind::NodeValue, 0, program.operands(consumer.node)[k]}};
}

std::vector<Target> targets_of(const Schedule& schedule) {
  const Program& program = schedule.program();
  std::vector<Target> targets;
  const auto add = [&](NodeIndex node) {
    if (!schedule.leads_to_parameter(node)) return;
    Target target{node, {}, {}};
    for (const Consumer& consumer : schedule.consumers(node)) {
      if (!program.body().holds(consumer.node)) continue;
      const auto [row, column] = factors_of(schedule, consumer);
      target.row.push_back(row);
      target.column.push_back(column);
    }
    if (!target.row.empty()) targets.push_back(std::move(target));
  };
  const NodeRange parameters = program.parameters(), prologue = program.prologue();
  for (NodeIndex node = parameters.begin; node < parameters.end; ++node) add(node);
  for (NodeIndex node = prologue.begin; node < prologue.end; ++node) add(node);
  return targets;
}

/// Rectangles of targets: rows are the targets with one row key, columns the column keys that these
/// rows have in common.
std::vector<ParameterTile> rectangles(const std::vector<Target>& targets) {
  struct Row {
    Factors key;
    std::vector<NodeIndex> nodes;
  };
  std::map<Factors, std::vector<const Target*>> by_row;
  for (const Target& target : targets) by_row[target.row].push_back(&target);
  // Which rows have exactly these columns.
  std::map<std::vector<Factors>, std::vector<Row>> by_columns;
  for (const auto& [key, members] : by_row) {
    std::multimap<Factors, NodeIndex> sorted;
    for (const Target* member : members) sorted.emplace(member->column, member->node);
    std::vector<Factors> columns;
    Row row{key, {}};
    for (const auto& [column, node] : sorted) {
      columns.push_back(column);
      row.nodes.push_back(node);
    }
    by_columns[std::move(columns)].push_back(std::move(row));
  }

  std::vector<ParameterTile> tiles;
  for (const auto& [columns, rows] : by_columns) {
    // The longer side is the one that executors run over with vectors.
    const bool swap = rows.size() > columns.size();
    const auto row_key = [&](std::size_t r) -> const Factors& {
      return swap ? columns[r] : rows[r].key;
    };
    const auto column_key = [&](std::size_t c) -> const Factors& {
      return swap ? rows[c].key : columns[c];
    };
    ParameterTile tile;
    tile.term_count = rows.front().key.size();
    tile.row_count = swap ? columns.size() : rows.size();
    tile.column_count = swap ? rows.size() : columns.size();
    for (std::size_t t = 0; t < tile.term_count; ++t) {
      for (std::size_t r = 0; r < tile.row_count; ++r) tile.row.push_back(row_key(r)[t]);
      for (std::size_t c = 0; c < tile.column_count; ++c) tile.column.push_back(column_key(c)[t]);
    }
    for (std::size_t r = 0; r < tile.row_count; ++r) {
      for (std::size_t c = 0; c < tile.column_count; ++c) {
        tile.node.push_back(swap ? rows[c].nodes[r] : rows[r].nodes[c]);
      }
    }
    tiles.push_back(std::move(tile));
  }
  return tiles;
}

}  // namespace

std::vector<ParameterTile> parameter_tiles(const Schedule& schedule) {
  std::vector<Target> targets = targets_of(schedule);
  const auto is_small = [](const ParameterTile& tile) { return tile.column_count < least_side; };
  std::vector<bool> loose(schedule.program().node_count(), false);
  for (const ParameterTile& tile : rectangles(targets)) {
    for (const NodeIndex node : tile.node) loose[node] = is_small(tile);
  }
  for (Target& target : targets) {
    if (!loose[target.node]) continue;
    std::size_t term = 0;
    for (const Consumer& consumer : schedule.consumers(target.node)) {
      if (!schedule.program().body().holds(consumer.node)) continue;
      target.row[term] = one;
      target.column[term++] = computed(consumer);
    }
  }
  return rectangles(targets);
}

}  // namespace levelgrad::detail
