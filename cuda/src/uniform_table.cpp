// SPDX-License-Identifier: MIT
#include "uniform_table.h"

#include <algorithm>

namespace levelgrad::cuda {
namespace {

/// The nodes of a part by level, rising; inside a level equal ops side by side.
std::vector<std::vector<NodeIndex>> levels_of(const Program& program, NodeRange part) {
  std::vector<std::vector<NodeIndex>> levels;
  for (NodeIndex node = part.begin; node < part.end; ++node) {
    const auto level = static_cast<std::size_t>(program.level(node));
    if (levels.size() <= level) levels.resize(level + 1);
    levels[level].push_back(node);
  }
  std::erase_if(levels, [](const auto& level) { return level.empty(); });
  for (std::vector<NodeIndex>& level : levels) {
    std::ranges::stable_sort(level, {}, [&](NodeIndex node) { return program.op(node); });
  }
  return levels;
}

BackwardTable prologue_backward_with(const Schedule& schedule, const UniformLayout& layout,
                                     const RefOf& start, const RefOf& grad) {
  const Program& program = schedule.program();
  const NodeRange prologue = program.prologue();
  BackwardTable table;
  const auto value = [&](NodeIndex node) { return ~layout.value(0, node); };
  GatherWriter writer(table, program, value, grad);
  const auto gather = [&](NodeIndex node) {
    writer.begin(grad(node));
    if (const Ref from = start(node); from != no_slot) writer.add_copy(from);
    for (const Consumer& consumer : schedule.consumers(node)) {
      if (prologue.holds(consumer.node)) writer.add(consumer);
    }
    writer.push();
  };
  const auto levels = levels_of(program, prologue);
  for (auto level = levels.rbegin(); level != levels.rend(); ++level) {
    for (const NodeIndex node : *level) gather(node);
    table.end_level();
  }
  for (NodeIndex node = 0; node < program.parameter_count(); ++node) gather(node);
  table.end_level();
  return table;
}

}  // namespace

ForwardTable prologue_forward(const Schedule& schedule, const UniformLayout& layout) {
  const Program& program = schedule.program();
  const auto value = [&](NodeIndex node) { return layout.value(0, node); };
  ForwardTable table;
  for (const auto& level : levels_of(program, program.prologue())) {
    for (const NodeIndex node : level) append_step(table, program, node, value, value(node));
    table.end_level();
  }
  return table;
}

ForwardTable epilogue_forward(const Schedule& schedule, const UniformLayout& layout) {
  const Program& program = schedule.program();
  const auto value = [&](NodeIndex node) { return layout.value(0, node); };
  ForwardTable table;
  for (const auto& level : levels_of(program, program.epilogue())) {
    for (const NodeIndex node : level) {
      if (!program.joins(node)) append_step(table, program, node, value, value(node));
    }
    for (std::size_t j = 0; j < program.joins().size(); ++j) {
      const NodeIndex join = program.joins()[j];
      if (std::ranges::find(level, join) == level.end()) continue;
      const bool averages = info(program.op(join)).averages;
      table.steps.push_back({layout.sum(j), layout.weight(), layout.sum(j), value(join)});
      table.ops.push_back(averages ? multiplies : copies);
    }
    table.end_level();
  }
  return table;
}

BackwardTable epilogue_backward(const Schedule& schedule, const UniformLayout& layout) {
  const Program& program = schedule.program();
  const NodeRange epilogue = program.epilogue();
  BackwardTable table;
  const auto value = [&](NodeIndex node) { return layout.value(0, node); };
  const auto grad = [&](NodeIndex node) { return layout.left(node); };
  GatherWriter writer(table, program, value, grad);
  const auto gather = [&](NodeIndex node) {
    writer.begin(grad(node));
    if (node == program.root()) writer.add_copy(layout.one());
    for (const Consumer& consumer : schedule.consumers(node)) {
      if (epilogue.holds(consumer.node)) writer.add(consumer);
    }
    writer.push();
  };
  const auto levels = levels_of(program, epilogue);
  for (auto level = levels.rbegin(); level != levels.rend(); ++level) {
    for (const NodeIndex node : *level) gather(node);
    table.end_level();
  }
  for (std::size_t s = 0; s < program.shared_count(); ++s) gather(program.shared_node(s));
  for (std::size_t j = 0; j < program.joins().size(); ++j) {
    const NodeIndex join = program.joins()[j];
    writer.begin(layout.seed(j));
    if (info(program.op(join)).averages) {
      writer.add_product(grad(join), layout.weight());
    } else {
      writer.add_copy(grad(join));
    }
    writer.push();
  }
  table.end_level();
  return table;
}

BackwardTable prologue_backward(const Schedule& schedule, const UniformLayout& layout) {
  const Program& program = schedule.program();
  // The grads are in the array that the lane's data is; what the writer takes for values too.
  BackwardTable table = prologue_backward_with(
      schedule, layout,
      [&](NodeIndex node) {
        const int fold = layout.fold_of()[program.shared_index(node)];
        return fold < 0 ? layout.left(node) : layout.folded_grad(static_cast<std::size_t>(fold));
      },
      [&](NodeIndex node) { return layout.final_grad(node); });
  return table;
}

BackwardTable prologue_backward_of_lanes(const Schedule& schedule, const UniformLayout& layout) {
  const Program& program = schedule.program();
  const auto folds = static_cast<Ref>(layout.folded().size());
  return prologue_backward_with(
      schedule, layout,
      [&](NodeIndex node) {
        const int fold = layout.fold_of()[program.shared_index(node)];
        return fold < 0 ? no_slot : fold;
      },
      [&](NodeIndex node) { return folds + static_cast<Ref>(program.shared_index(node)); });
}

}  // namespace levelgrad::cuda
