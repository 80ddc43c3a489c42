// SPDX-License-Identifier: MIT
#include "levelgrad/schedule.h"

#include <algorithm>
#include <numeric>

#include "parameter_tiles.h"

namespace levelgrad {
namespace {

/// Calls f(operand, k) for each operand of the node that gets a grad from it.
template <class F>
void for_each_contribution(const Program& program, NodeIndex node, const F& f) {
  if (!program.under_root(node)) return;
  const int active = info(program.op(node)).active;
  for (int k = 0; k < active; ++k) f(program.operands(node)[static_cast<std::size_t>(k)], k);
}

/// Whether the node's grad reaches one of the leaves.
std::vector<bool> leads_to(const Program& program, NodeRange leaves) {
  std::vector<bool> leads(program.node_count(), false);
  for (NodeIndex node = leaves.begin; node < leaves.end; ++node) leads[node] = true;
  for (NodeIndex node = program.prologue().begin; node < program.node_count(); ++node) {
    for_each_contribution(program, node, [&](NodeIndex operand, int) {
      if (leads[operand]) leads[node] = true;
    });
  }
  return leads;
}

/// Which grads that the epilogue passes on depend on a joined value.
struct JoinedGrads {
  bool in_batch = false;  ///< of a join, or of what the body reads
  bool anywhere = false;  ///< of these, or of another uniform node
};
JoinedGrads joined_grads(const Schedule& schedule) {
  const Program& program = schedule.program();
  const NodeRange body = program.body();
  const NodeRange epilogue = program.epilogue();
  std::vector<bool> joined(program.node_count(), false);
  for (NodeIndex node = epilogue.begin; node < epilogue.end; ++node) {
    bool depends = program.joins(node);
    for (const NodeIndex operand : program.operands(node)) depends = depends || joined[operand];
    joined[node] = depends;
  }

  std::vector<bool> grad_depends(program.node_count(), false);
  const auto contribution_depends = [&](const Consumer& consumer) {
    const Derivative d = info(program.op(consumer.node)).derivative[consumer.operand];
    bool depends = grad_depends[consumer.node] || (d.reads_result && joined[consumer.node]);
    const std::span<const NodeIndex> operands = program.operands(consumer.node);
    for (std::size_t k = 0; k < operands.size(); ++k) {
      depends = depends || (d.reads_operand[k] && joined[operands[k]]);
    }
    return depends;
  };
  JoinedGrads found;
  for (NodeIndex node = static_cast<NodeIndex>(program.node_count()); node-- > 0;) {
    bool in_body = false;
    for (const Consumer& consumer : schedule.consumers(node)) {
      if (body.holds(consumer.node)) in_body = true;
      if (epilogue.holds(consumer.node) && contribution_depends(consumer))
        grad_depends[node] = true;
    }
    const bool used = program.joins(node) || schedule.leads_to_parameter(node);
    if (!used || !grad_depends[node] || program.varying(node)) continue;
    if (program.joins(node) || in_body) found.in_batch = true;
    if (program.joins(node) || !epilogue.holds(node)) found.anywhere = true;
  }
  return found;
}

}  // namespace

Schedule::Schedule(const Program& program)
    : program_(&program),
      to_parameter_(leads_to(program, program.parameters())),
      to_input_(leads_to(program, program.inputs())) {
  const NodeRange body = program.body();
  const auto node_count = static_cast<NodeIndex>(program.node_count());

  // Level by level; within one the same ops side by side, then canonical order.
  for (NodeIndex node = program.inputs().begin; node < program.inputs().end; ++node) {
    by_level_.push_back(node);
  }
  for (NodeIndex node = body.begin; node < body.end; ++node) by_level_.push_back(node);
  std::ranges::stable_sort(by_level_, {}, [&](NodeIndex node) {
    return std::pair(program.level(node), program.op(node));
  });
  level_begin_ = {0};
  for (std::size_t i = 0; i < by_level_.size(); ++i) {
    const auto level = static_cast<std::size_t>(program.level(by_level_[i]));
    while (level_begin_.size() <= level) level_begin_.push_back(i);
  }
  level_begin_.push_back(by_level_.size());

  // Consumers, counted and then filled from the last node to the first.
  consumers_begin_.assign(program.node_count() + 1, 0);
  for (NodeIndex node = 0; node < node_count; ++node) {
    for_each_contribution(program, node,
                          [&](NodeIndex operand, int) { ++consumers_begin_[operand + 1]; });
  }
  std::partial_sum(consumers_begin_.begin(), consumers_begin_.end(), consumers_begin_.begin());
  consumers_.resize(consumers_begin_.back());
  std::vector<std::size_t> next(consumers_begin_.begin(), consumers_begin_.end() - 1);
  for (NodeIndex node = node_count; node-- > 0;) {
    for_each_contribution(program, node, [&](NodeIndex operand, int k) {
      consumers_[next[operand]++] = {node, static_cast<std::uint8_t>(k)};
    });
  }

  grad_source_.resize(program.node_count());
  for (NodeIndex node = node_count; node-- > 0;) {
    grad_source_[node] = node;
    const std::span<const Consumer> readers = consumers(node);
    if (!program.varying(node) || readers.size() != 1 || !body.holds(readers[0].node)) continue;
    const OpInfo op = info(program.op(readers[0].node));
    if (op.derivative[readers[0].operand].form == Form::Copy) {
      grad_source_[node] = grad_source_[readers[0].node];
    }
  }

  tiles_ = detail::parameter_tiles(*this);
  const JoinedGrads joined = joined_grads(*this);
  one_pass_ = !joined.in_batch;
  early_grads_ = !joined.anywhere;
}

}  // namespace levelgrad
