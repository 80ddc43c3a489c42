// SPDX-License-Identifier: MIT
#include "schedule_cost.h"

#include <algorithm>
#include <bit>
#include <map>
#include <tuple>

#include "operation_counts.h"

namespace levelgrad::host {
namespace {

class Counter {
public:
  Counter(const Schedule& schedule, Dtype dtype)
      : schedule_(schedule), program_(schedule.program()), dtype_(dtype) {}

  StepCost run() {
    for (NodeIndex n = program_.body().begin; n < program_.body().end; ++n) {
      add_value(n);
      if (has_lane_grad(schedule_, n)) add_grad(n);
    }
    for (NodeIndex n = program_.epilogue().begin; n < program_.epilogue().end; ++n) {
      // An addition for each example; what else a join does, it does once.
      if (program_.joins(n)) ++cost_.forward.operations.count[Operations::Add];
    }
    for (const ParameterTile& tile : schedule_.tiles()) {
      for (const NodeIndex node : tile.node) gather(node, cost_.folds);
    }
    return cost_;
  }

private:
  /// From the memo, or by running the formula. k is -1 for the value.
  const Operations& operations(NodeIndex node, int k) {
    const Op op = program_.op(node);
    const double constant =
        info(op).second_is_constant ? program_.constant(program_.operands(node)[1]) : 0.0;
    const auto [found, is_new] =
        known_.try_emplace({op, k, std::bit_cast<std::uint64_t>(constant)}, Operations());
    if (is_new) {
      found->second = k < 0 ? operations_of_value(op, dtype_, constant)
                            : operations_of_contribution(op, k, dtype_, constant);
    }
    return found->second;
  }

  void add_value(NodeIndex node) {
    cost_.forward.operations += operations(node, -1);
    ++cost_.forward.traffic.writes;
    for (const NodeIndex operand : program_.operands(node)) {
      if (program_.varying(operand)) ++cost_.forward.traffic.reads;
    }
  }

  void add_grad(NodeIndex node) {
    gather(node, cost_.backward);
    ++cost_.backward.traffic.writes;
  }

  /// What the body contributes to the node's grad, and the additions.
  void gather(NodeIndex node, Passes& pass) {
    const bool copied = schedule_.grad_source(node) != node;
    for (const Consumer& consumer : schedule_.consumers(node)) {
      if (program_.body().holds(consumer.node)) {
        pass.operations += operations(consumer.node, consumer.operand);
        pass.traffic.reads += contribution_reads(consumer);
      }
      const bool of_batch = !program_.varying(node) && !program_.body().holds(consumer.node);
      if (!copied && !of_batch) ++pass.operations.count[Operations::Add];
    }
  }

  [[nodiscard]] std::uint64_t contribution_reads(const Consumer& consumer) const {
    const Derivative d = info(program_.op(consumer.node)).derivative[consumer.operand];
    std::uint64_t reads = has_lane_grad(schedule_, consumer.node) ? 1 : 0;
    if (d.reads_result) ++reads;
    const std::span<const NodeIndex> operands = program_.operands(consumer.node);
    for (std::size_t k = 0; k < operands.size(); ++k) {
      if (d.reads_operand[k] && program_.varying(operands[k])) ++reads;
    }
    return reads;
  }

  const Schedule& schedule_;
  const Program& program_;
  Dtype dtype_;
  StepCost cost_;
  std::map<std::tuple<Op, int, std::uint64_t>, Operations> known_;
};

}  // namespace

bool has_lane_grad(const Schedule& schedule, NodeIndex node) {
  const Program& program = schedule.program();
  if (!program.body().holds(node) || !schedule.leads_to_parameter(node)) return false;
  return std::ranges::any_of(schedule.consumers(node), [&](const Consumer& consumer) {
    return program.body().holds(consumer.node);
  });
}

StepCost step_cost(const Schedule& schedule, Dtype dtype) { return Counter(schedule, dtype).run(); }

}  // namespace levelgrad::host
