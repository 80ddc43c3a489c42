// SPDX-License-Identifier: MIT
#include "levelgrad/program.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <set>

#include "fnv.h"
#include "levelgrad/contribution.h"
#include "levelgrad/error.h"
#include "levelgrad/number_text.h"
#include "program_bytes.h"

namespace levelgrad {
namespace {

using Operation = ProgramParts::Operation;

std::span<const NodeIndex> operands_of(const Operation& operation) {
  return {operation.operand.data(), static_cast<std::size_t>(arity(operation.op))};
}

std::string text_of(const Operation& operation, NodeIndex node) {
  std::string text = "%" + std::to_string(node) + " = " + info(operation.op).name;
  for (const NodeIndex operand : operands_of(operation)) text += " %" + std::to_string(operand);
  return text + at(operation.where);
}

[[noreturn]] void refuse(const std::string& rule, const std::string& node) {
  throw ProgramError(rule + ": " + node);
}

/// Nodes before the operations, and what each operation depends on.
class Checker {
public:
  explicit Checker(const ProgramParts& parts) : parts_(parts) {
    inputs_.begin = static_cast<NodeIndex>(parts.parameters.size());
    inputs_.end = inputs_.begin + static_cast<NodeIndex>(parts.inputs.size());
    first_ = inputs_.end + static_cast<NodeIndex>(parts.constants.size());
  }

  /// For each operation the part that it belongs to.
  enum class Part : unsigned char { Prologue, Body, Epilogue };
  std::vector<Part> parts_of_operations() {
    const std::size_t count = parts_.operations.size();
    varying_.assign(count, false);
    joined_.assign(count, false);
    for (std::size_t i = 0; i < count; ++i) check_operation(i);
    check_outputs();
    std::vector<Part> part(count, Part::Epilogue);
    for (std::size_t i = count; i-- > 0;) {
      if (varying_[i]) part[i] = Part::Body;
      if (part[i] == Part::Epilogue) continue;
      for (const NodeIndex operand : operands_of(parts_.operations[i])) {
        if (operand >= first_ && !varying_[operand - first_]) {
          part[operand - first_] = Part::Prologue;
        }
      }
    }
    return part;
  }

private:
  [[nodiscard]] bool varies(NodeIndex node) const {
    return node >= first_ ? varying_[node - first_] : inputs_.holds(node);
  }

  void check_operation(std::size_t i) {
    const Operation& operation = parts_.operations[i];
    const NodeIndex self = first_ + static_cast<NodeIndex>(i);
    const OpInfo op = info(operation.op);
    if (op.arity == 0) refuse("an operation without an op", text_of(operation, self));
    bool varying = false;
    bool joined = op.joins;
    for (const NodeIndex operand : operands_of(operation)) {
      if (operand >= self) {
        refuse("an operand must stand before its consumer", text_of(operation, self));
      }
      varying = varying || varies(operand);
      joined = joined || (operand >= first_ && joined_[operand - first_]);
    }
    const NodeIndex second = operation.operand[1];
    if (op.second_is_constant && (second < inputs_.end || second >= first_)) {
      refuse("the second operand of this op must be a constant", text_of(operation, self));
    }
    if (op.joins && !varying) {
      refuse("a sum or mean over the batch of what is the same for every example",
             text_of(operation, self));
    }
    if (varying && joined && !op.joins) {
      throw ProgramError(
          "a node that differs from example to example reads a sum or mean over the "
          "batch: " +
              text_of(operation, self),
          "each example must be computed without the others: do this outside the "
          "Program, or join the examples later");
    }
    varying_[i] = varying && !op.joins;
    joined_[i] = joined;
  }

  void check_outputs() const {
    if (parts_.outputs.empty()) throw ProgramError("a Program without an output");
    std::set<std::string_view> names;
    const std::size_t node_count = first_ + parts_.operations.size();
    for (const ProgramParts::Output& output : parts_.outputs) {
      const std::string text = "output \"" + output.name + "\" %" + std::to_string(output.node);
      if (output.node >= node_count) refuse("an output of a node that is not there", text);
      if (output.name.empty()) refuse("an output without a name", text);
      if (!names.insert(output.name).second) refuse("two outputs have this name", text);
    }
    if (varies(parts_.outputs.front().node)) {
      refuse("the first output must not differ from example to example",
             "output \"" + parts_.outputs.front().name + "\"");
    }
  }

  const ProgramParts& parts_;
  NodeRange inputs_;
  NodeIndex first_ = 0;        // the first operation
  std::vector<bool> varying_;  // [operation]
  std::vector<bool> joined_;   // [operation]: depends on a join
};

/// Brings the operations into the order of their parts; returns how many each has.
std::array<std::size_t, 3> separate(ProgramParts& parts) {
  const std::vector<Checker::Part> part = Checker(parts).parts_of_operations();
  const auto first = static_cast<NodeIndex>(parts.parameters.size() + parts.inputs.size() +
                                            parts.constants.size());
  std::array<std::size_t, 3> count = {};
  for (const Checker::Part p : part) ++count[static_cast<std::size_t>(p)];
  std::array<NodeIndex, 3> next = {0, static_cast<NodeIndex>(count[0]),
                                   static_cast<NodeIndex>(count[0] + count[1])};
  std::vector<NodeIndex> place(part.size());
  for (std::size_t i = 0; i < part.size(); ++i) {
    place[i] = next[static_cast<std::size_t>(part[i])]++;
  }
  const auto moved = [&](NodeIndex node) {
    return node < first ? node : first + place[node - first];
  };
  std::vector<Operation> ordered(part.size());
  for (std::size_t i = 0; i < part.size(); ++i) {
    Operation operation = std::move(parts.operations[i]);
    const auto used = static_cast<std::size_t>(arity(operation.op));
    for (std::size_t k = 0; k < 3; ++k) {
      operation.operand[k] = k < used ? moved(operation.operand[k]) : 0;
    }
    ordered[place[i]] = std::move(operation);
  }
  parts.operations = std::move(ordered);
  for (ProgramParts::Output& output : parts.outputs) output.node = moved(output.node);
  return count;
}

/// Depth-first post-order from the outputs: marks what it meets, lists the operations.
class Walk {
public:
  explicit Walk(const Program& program) : program_(program), met_(program.node_count()) {}

  void from(NodeIndex root) {
    visit(root);
    while (!stack_.empty()) {
      Frame& frame = stack_.back();
      const std::span<const NodeIndex> operands = program_.operands(frame.node);
      if (frame.next < operands.size()) {
        visit(operands[frame.next++]);
      } else {
        order_.push_back(frame.node);
        stack_.pop_back();
      }
    }
  }

  [[nodiscard]] const std::vector<bool>& met() const { return met_; }
  [[nodiscard]] const std::vector<NodeIndex>& order() const { return order_; }

private:
  struct Frame {
    NodeIndex node;
    std::size_t next;
  };

  void visit(NodeIndex node) {
    if (met_[node]) return;
    met_[node] = true;
    if (!program_.operands(node).empty()) stack_.push_back({node, 0});
  }

  const Program& program_;
  std::vector<bool> met_;
  std::vector<NodeIndex> order_;
  std::vector<Frame> stack_;
};

/// Throws unless the walk met every constant and operation, and each part in the order of the walk.
void check_canonical(const Program& program, const Walk& walk) {
  for (NodeIndex node = program.constants().begin; node < program.node_count(); ++node) {
    if (!walk.met()[node]) refuse("a node that no output depends on", program.describe(node));
  }
  std::array<NodeIndex, 3> next = {program.prologue().begin, program.body().begin,
                                   program.epilogue().begin};
  for (const NodeIndex node : walk.order()) {
    const std::size_t part = node < program.body().begin ? 0 : node < program.epilogue().begin;
    NodeIndex& expected = next[node >= program.epilogue().begin ? 2 : part];
    if (node != expected) {
      throw ProgramError("the nodes are not in canonical order: before " + program.describe(node) +
                             " there must not be " + program.describe(expected),
                         "canonical order is depth-first from the outputs, operands left to right");
    }
    ++expected;
  }
}

std::vector<int> levels_of(const Program& program) {
  std::vector<int> level(program.node_count(), 0);
  for (const NodeRange& part : {program.prologue(), program.body(), program.epilogue()}) {
    for (NodeIndex node = part.begin; node < part.end; ++node) {
      if (program.joins(node)) continue;
      int below = 0;
      for (const NodeIndex operand : program.operands(node)) {
        if (part.holds(operand)) below = std::max(below, level[operand]);
      }
      level[node] = below + 1;
    }
  }
  return level;
}

/// Forgets source lines that the text form could not hold: they are for people only.
void drop_odd_lines(ProgramParts& parts) {
  const auto drop_if_odd = [](SourceLine& where) {
    const std::string& file = where.file;
    const bool control = std::ranges::any_of(
        file, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
    if (file.empty() || where.line == 0 || control || file.front() == ' ' || file.back() == ' ') {
      where = {};
    }
  };
  for (auto& parameter : parts.parameters) drop_if_odd(parameter.where);
  for (auto& input : parts.inputs) drop_if_odd(input.where);
  for (auto& constant : parts.constants) drop_if_odd(constant.where);
  for (auto& operation : parts.operations) drop_if_odd(operation.where);
}

std::string hash_of(const ProgramParts& parts) {
  detail::ByteWriter out;
  detail::write_structure(parts, out);
  return detail::hexadecimal(detail::fnv1a_128(out.take()));
}

}  // namespace

double plain_nan(double number) {
  return number == number ? number : std::numeric_limits<double>::quiet_NaN();
}

std::string at(const SourceLine& where) {
  return where.line == 0 ? std::string() : " at " + where.file + ":" + std::to_string(where.line);
}

Program::Program(ProgramParts parts) : parts_(std::move(parts)) {
  drop_odd_lines(parts_);
  for (auto& constant : parts_.constants) constant.number = plain_nan(constant.number);
  for (auto& parameter : parts_.parameters) parameter.initial = plain_nan(parameter.initial);
  const std::uint64_t total = std::uint64_t{parts_.parameters.size()} + parts_.inputs.size() +
                              parts_.constants.size() + parts_.operations.size();
  if (total >= std::numeric_limits<NodeIndex>::max()) {
    throw ProgramError("a Program holds at most 4294967294 nodes");
  }
  const std::array<std::size_t, 3> count = separate(parts_);
  NodeIndex next = 0;
  const auto range = [&next](std::size_t size) {
    const NodeIndex begin = next;
    next += static_cast<NodeIndex>(size);
    return NodeRange{begin, next};
  };
  parameters_ = range(parts_.parameters.size());
  inputs_ = range(parts_.inputs.size());
  constants_ = range(parts_.constants.size());
  prologue_ = range(count[0]);
  body_ = range(count[1]);
  epilogue_ = range(count[2]);
  node_count_ = next;

  Walk walk(*this);
  walk.from(root());
  under_root_ = walk.met();
  for (const ProgramParts::Output& output : parts_.outputs) walk.from(output.node);
  check_canonical(*this, walk);
  level_ = levels_of(*this);
  for (NodeIndex node = epilogue_.begin; node < epilogue_.end; ++node) {
    if (joins(node)) joins_.push_back(node);
  }
  hash_ = hash_of(parts_);
}

std::size_t Program::output_index(std::string_view name) const {
  std::string names;
  for (std::size_t k = 0; k < parts_.outputs.size(); ++k) {
    if (parts_.outputs[k].name == name) return k;
    names += (k == 0 ? "" : ", ") + parts_.outputs[k].name;
  }
  throw ArgumentError("no output is named '" + std::string(name) + "'", "there are: " + names);
}

bool Program::joins(NodeIndex node) const { return info(op(node)).joins; }

std::string_view Program::name(NodeIndex node) const {
  if (parameters_.holds(node)) return parts_.parameters[node].name;
  if (inputs_.holds(node)) return parts_.inputs[node - inputs_.begin].name;
  return {};
}

const SourceLine& Program::where(NodeIndex node) const {
  if (parameters_.holds(node)) return parts_.parameters[node].where;
  if (inputs_.holds(node)) return parts_.inputs[node - inputs_.begin].where;
  if (constants_.holds(node)) return parts_.constants[node - constants_.begin].where;
  return operation(node).where;
}

std::string Program::describe(NodeIndex node) const {
  if (node >= prologue_.begin) return text_of(operation(node), node);
  std::string text = "%" + std::to_string(node) + " = ";
  if (constants_.holds(node)) {
    text += "constant " + shortest(constant(node));
  } else {
    text +=
        (parameters_.holds(node) ? "parameter \"" : "input \"") + std::string(name(node)) + "\"";
  }
  return text + at(where(node));
}

namespace {

[[noreturn]] void refuse_shared(const std::string& part, const std::string& difference) {
  throw ProgramError(
      "Programs of one batch must share " + part + (difference.empty() ? "" : ", but ") +
          difference,
      "record them with the same parameters, inputs and outputs, and the same expression behind "
      "sum and mean");
}

}  // namespace

void check_same_shared_part(const Program& a, const Program& b) {
  const auto require = [](bool same, const std::string& part) {
    if (!same) refuse_shared(part, "");
  };
  const auto same_names = [&](NodeRange in_a, NodeRange in_b) {
    bool same = in_a.size() == in_b.size();
    for (NodeIndex k = 0; same && k < in_a.size(); ++k) {
      same = a.name(in_a.begin + k) == b.name(in_b.begin + k);
    }
    return same;
  };
  require(same_names(a.parameters(), b.parameters()), "their parameters");
  require(same_names(a.inputs(), b.inputs()), "their inputs");
  require(a.outputs().size() == b.outputs().size(), "their outputs");
  require(a.prologue().size() == b.prologue().size(), "the prologue");
  require(a.epilogue().size() == b.epilogue().size(), "the epilogue");
  // Where a node of a stands in b; body nodes only meet at joins and outputs.
  const auto same_node = [&](NodeIndex of_a, NodeIndex of_b) {
    if (a.varying(of_a) || b.varying(of_b)) return a.varying(of_a) && b.varying(of_b);
    if (a.constants().holds(of_a)) {
      return b.constants().holds(of_b) && std::bit_cast<std::uint64_t>(a.constant(of_a)) ==
                                              std::bit_cast<std::uint64_t>(b.constant(of_b));
    }
    if (of_a < a.parameters().end) return of_a == of_b;
    if (a.prologue().holds(of_a)) {
      return b.prologue().holds(of_b) && of_a - a.prologue().begin == of_b - b.prologue().begin;
    }
    return b.epilogue().holds(of_b) && of_a - a.epilogue().begin == of_b - b.epilogue().begin;
  };
  const auto require_same_part = [&](NodeRange in_a, NodeRange in_b, const std::string& part) {
    for (NodeIndex k = 0; k < in_a.size(); ++k) {
      const NodeIndex of_a = in_a.begin + k, of_b = in_b.begin + k;
      bool same = a.op(of_a) == b.op(of_b);
      for (std::size_t i = 0; same && i < a.operands(of_a).size(); ++i) {
        same = same_node(a.operands(of_a)[i], b.operands(of_b)[i]);
      }
      if (!same) refuse_shared(part, a.describe(of_a) + " is " + b.describe(of_b) + " in another");
      if (a.under_root(of_a) != b.under_root(of_b)) {
        refuse_shared(part, "the root does not depend in all of them on " + a.describe(of_a));
      }
    }
  };
  require_same_part(a.prologue(), b.prologue(), "the prologue");
  require_same_part(a.epilogue(), b.epilogue(), "the epilogue");
  for (std::size_t k = 0; k < a.outputs().size(); ++k) {
    const ProgramParts::Output &of_a = a.outputs()[k], &of_b = b.outputs()[k];
    if (of_a.name != of_b.name || !same_node(of_a.node, of_b.node)) {
      refuse_shared("their outputs", "'" + of_a.name + "' differs from '" + of_b.name + "'");
    }
  }
}

}  // namespace levelgrad
