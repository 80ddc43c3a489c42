// SPDX-License-Identifier: MIT
#include "body_table.h"

#include <algorithm>

namespace levelgrad::cuda {
namespace {

class Builder {
public:
  Builder(const Schedule& schedule, std::size_t index, const UniformLayout& layout,
          const StorageNeeds& needs)
      : schedule_(schedule),
        program_(schedule.program()),
        index_(index),
        layout_(layout),
        needs_(needs),
        storage_(allocate(schedule, needs, RunOrder::ByLevel)) {}

  BodyTable run() {
    table_.slot_count = static_cast<std::size_t>(storage_.slot_count);
    for (NodeIndex node = 0; node < program_.node_count(); ++node) {
      table_.value.push_back(slot(storage_.value_slot[node]));
      table_.grad.push_back(slot(storage_.grad_slot[node]));
    }
    const NodeRange inputs = program_.inputs();
    for (NodeIndex node = inputs.begin; node < inputs.end; ++node) {
      table_.input.push_back(table_.value[node]);
      table_.input_grad.push_back(needs_.input_grads ? table_.grad[node] : no_slot);
    }
    for (const NodeIndex join : program_.joins()) {
      table_.joined.push_back(table_.value[program_.operands(join)[0]]);
    }
    for (const auto& output : program_.outputs()) {
      const bool varying = program_.varying(output.node);
      table_.output.push_back(varying ? table_.value[output.node] : no_slot);
    }
    append_forward();
    if (needs_.backward) {
      append_backward();
      append_folds();
    }
    return std::move(table_);
  }

private:
  [[nodiscard]] static Ref slot(int place) { return place == Storage::none ? no_slot : place; }

  [[nodiscard]] Ref value(NodeIndex node) const {
    return program_.varying(node) ? table_.value[node] : ~layout_.value(index_, node);
  }
  [[nodiscard]] GatherWriter writer() {
    return {table_.backward, program_, [this](NodeIndex node) { return value(node); },
            [this](NodeIndex node) { return table_.grad[node]; }};
  }

  void append_forward() {
    const auto ref = [this](NodeIndex node) { return value(node); };
    for (std::size_t level = 1; level < schedule_.level_count(); ++level) {
      for (const NodeIndex node : schedule_.level(level)) {
        append_step(table_.forward, program_, node, ref, table_.value[node]);
      }
      table_.forward.end_level();
    }
  }

  [[nodiscard]] bool has_row(NodeIndex node) const {
    return table_.grad[node] != no_slot && schedule_.grad_source(node) == node;
  }

  /// Rows with equal first terms stand side by side.
  void append_backward() {
    GatherWriter writer = this->writer();
    for (std::size_t level = schedule_.level_count(); level-- > 0;) {
      std::vector<NodeIndex> nodes;
      for (const NodeIndex node : schedule_.level(level)) {
        if (has_row(node)) nodes.push_back(node);
      }
      const auto kind = [&](NodeIndex node) {
        const auto consumers = schedule_.consumers(node);
        if (consumers.empty()) return std::pair(Op::Leaf, 0);
        return std::pair(program_.op(consumers[0].node), int(consumers[0].operand));
      };
      std::ranges::stable_sort(nodes, {}, kind);
      for (const NodeIndex node : nodes) {
        writer.begin(table_.grad[node]);
        add_terms(writer, node);
        writer.push();
      }
      if (nodes.empty()) continue;
      table_.backward.end_level();
      table_.backward_levels.push_back(level);
    }
  }

  void add_terms(GatherWriter& writer, NodeIndex node) {
    for (const Consumer& consumer : schedule_.consumers(node)) {
      if (program_.body().holds(consumer.node)) {
        writer.add(consumer);
      } else {
        const auto join = std::ranges::find(program_.joins(), consumer.node);
        const auto number = static_cast<std::size_t>(join - program_.joins().begin());
        writer.add_copy(~layout_.seed(number));
      }
    }
  }

  void append_folds() {
    GatherWriter writer = this->writer();
    for (std::size_t fold = 0; fold < layout_.folded().size(); ++fold) {
      const NodeIndex node = program_.shared_node(layout_.folded()[fold]);
      writer.begin(static_cast<Ref>(fold));
      for (const Consumer& consumer : schedule_.consumers(node)) {
        if (program_.body().holds(consumer.node)) writer.add(consumer);
      }
      table_.folds.push_back(writer.row());
    }
  }

  const Schedule& schedule_;
  const Program& program_;
  std::size_t index_;
  const UniformLayout& layout_;
  StorageNeeds needs_;
  Storage storage_;
  BodyTable table_;
};

}  // namespace

BodyTable make_body_table(const Schedule& schedule, std::size_t program,
                          const UniformLayout& layout, const StorageNeeds& needs) {
  return Builder(schedule, program, layout, needs).run();
}

}  // namespace levelgrad::cuda
