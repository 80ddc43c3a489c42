// SPDX-License-Identifier: MIT
#include "support/program_builder.h"

#include <utility>

namespace levelgrad::testing {

using Id = ProgramBuilder::Id;

ProgramBuilder::ProgramBuilder(const Program& program) {
  for (NodeIndex node = 0; node < program.node_count(); ++node) {
    const std::string name(program.name(node));
    if (program.parameters().holds(node)) {
      add({.kind = Kind::Parameter, .number = program.initial(node), .name = name});
    } else if (program.inputs().holds(node)) {
      add({.kind = Kind::Input, .name = name});
    } else if (program.constants().holds(node)) {
      constant(program.constant(node));
    } else {
      const auto operands = program.operands(node);
      operation(program.op(node), std::vector<Id>(operands.begin(), operands.end()));
    }
  }
  for (const ProgramParts::Output& out : program.outputs()) output(out.node, out.name);
}

Id ProgramBuilder::parameter(double initial) {
  return add({.kind = Kind::Parameter,
              .number = initial,
              .name = "p" + std::to_string(parameter_count_++)});
}

Id ProgramBuilder::input() {
  return add({.kind = Kind::Input, .name = "x" + std::to_string(input_count_++)});
}

Id ProgramBuilder::constant(double number) {
  return add({.kind = Kind::Constant, .number = number});
}

Id ProgramBuilder::operation(Op op, std::vector<Id> operands) {
  return add({.kind = Kind::Operation, .op = op, .operands = std::move(operands)});
}

void ProgramBuilder::output(Id node, std::string name) {
  if (name.empty()) name = "o" + std::to_string(outputs_.size());
  outputs_.push_back({std::move(name), node});
}

void ProgramBuilder::replace(Id node, Id by) {
  for (Made& made : nodes_) {
    for (Id& operand : made.operands) operand = operand == node ? by : operand;
  }
  for (Out& out : outputs_) out.node = out.node == node ? by : out.node;
}

/// Constants and operations that outputs depend on: depth first, operands left to right.
std::vector<Id> ProgramBuilder::walk() const {
  struct Frame {
    Id node;
    std::size_t next;
  };
  std::vector<bool> met(nodes_.size());
  std::vector<Id> order;
  std::vector<Frame> stack;
  const auto visit = [&](Id node) {
    if (!met[node]) stack.push_back({node, 0});
    met[node] = true;
  };
  for (const Out& out : outputs_) {
    visit(out.node);
    while (!stack.empty()) {
      Frame& frame = stack.back();
      const std::vector<Id>& operands = nodes_[frame.node].operands;
      if (frame.next < operands.size()) {
        visit(operands[frame.next++]);
      } else {
        order.push_back(frame.node);
        stack.pop_back();
      }
    }
  }
  return order;
}

Program ProgramBuilder::build() const {
  ProgramParts parts;
  std::vector<NodeIndex> place(nodes_.size());
  NodeIndex next = 0;
  for (Id id = 0; id < nodes_.size(); ++id) {
    if (nodes_[id].kind != Kind::Parameter || nodes_[id].dropped) continue;
    parts.parameters.push_back({nodes_[id].name, nodes_[id].number, {}});
    place[id] = next++;
  }
  for (Id id = 0; id < nodes_.size(); ++id) {
    if (nodes_[id].kind != Kind::Input || nodes_[id].dropped) continue;
    parts.inputs.push_back({nodes_[id].name, {}});
    place[id] = next++;
  }
  const std::vector<Id> order = walk();
  for (const Id id : order) {
    if (nodes_[id].kind != Kind::Constant) continue;
    parts.constants.push_back({nodes_[id].number, {}});
    place[id] = next++;
  }
  for (const Id id : order) {
    if (nodes_[id].kind != Kind::Operation) continue;
    ProgramParts::Operation operation{nodes_[id].op, {}, {}};
    for (std::size_t k = 0; k < nodes_[id].operands.size(); ++k) {
      operation.operand[k] = place[nodes_[id].operands[k]];
    }
    parts.operations.push_back(operation);
    place[id] = next++;
  }
  for (const Out& out : outputs_) parts.outputs.push_back({out.name, place[out.node]});
  return Program(std::move(parts));
}

}  // namespace levelgrad::testing
