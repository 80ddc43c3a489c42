// SPDX-License-Identifier: MIT
#include "uniform_phases.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <span>
#include <utility>

#include "levelgrad/uniform_text.h"

namespace levelgrad::detail {
namespace {

/// Independent statements from which on the threads of a block share them.
constexpr std::size_t wide = 32;

/// The statements of each function, in canonical order or its reverse.
class UniformStatements {
public:
  explicit UniformStatements(const Schedule& schedule)
      : schedule_(schedule),
        program_(schedule.program()),
        wanted_grad_(program_.node_count(), false),
        grad_of_(program_.node_count()) {
    for (NodeIndex n = 0; n < program_.node_count(); ++n) wanted_grad_[n] = wants_grad(n);
    for (NodeIndex n = static_cast<NodeIndex>(program_.node_count()); n-- > 0;) {
      grad_of_[n] = source_of_grad(n);
    }
  }

  [[nodiscard]] std::vector<Statement> forward(NodeRange part) const {
    std::vector<Statement> statements;
    for (NodeIndex n = part.begin; n < part.end; ++n) statements.push_back(value(n));
    return statements;
  }

  [[nodiscard]] std::vector<Statement> epilogue_backward() const {
    const NodeRange epilogue = program_.epilogue();
    std::vector<Statement> statements;
    for (NodeIndex n = epilogue.end; n-- > epilogue.begin;) {
      if (wanted_grad_[n] && (grad_of_[n] == n || program_.joins(n))) {
        statements.push_back(grad_in_epilogue(n));
      }
    }
    for (std::size_t i = 0; i < program_.shared_count(); ++i) {
      statements.push_back(grad_in_epilogue(program_.shared_node(i)));
    }
    return statements;
  }

  [[nodiscard]] std::vector<Statement> prologue_backward() const {
    std::vector<Statement> statements;
    for (std::size_t i = program_.shared_count(); i-- > 0;) {
      const NodeIndex node = program_.shared_node(i);
      if (wanted_grad_[node] && !terms(program_.prologue(), node).empty()) {
        statements.push_back(grad_in_prologue(node));
      }
    }
    return statements;
  }

private:
  /// Whether an epilogue node's grad has an effect on a shared node or a join, or a shared node's
  /// on a parameter.
  [[nodiscard]] bool wants_grad(NodeIndex node) const {
    if (program_.shared(node)) return schedule_.leads_to_parameter(node);
    if (!program_.epilogue().holds(node)) return false;
    if (program_.joins(node)) return true;
    if (!program_.under_root(node)) return false;
    const auto active = static_cast<std::size_t>(info(program_.op(node)).active);
    const std::span<const NodeIndex> operands = program_.operands(node).first(active);
    return std::ranges::any_of(operands, [&](NodeIndex operand) {
      return program_.shared(operand) || wanted_grad_[operand];
    });
  }

  /// The node whose grad is the node's own, bit for bit: see Schedule::grad_source().
  [[nodiscard]] NodeIndex source_of_grad(NodeIndex node) const {
    const std::span<const Consumer> consumers = schedule_.consumers(node);
    if (!program_.epilogue().holds(node) || consumers.size() != 1 || node == program_.root()) {
      return node;
    }
    const Derivative d = info(program_.op(consumers[0].node)).derivative[consumers[0].operand];
    return d.form == Form::Copy ? grad_of_[consumers[0].node] : node;
  }

  /// Who in a part contributes to the node's grad, in the order of the fold.
  [[nodiscard]] std::vector<Consumer> terms(NodeRange part, NodeIndex node) const {
    std::vector<Consumer> result;
    for (const Consumer& consumer : schedule_.consumers(node)) {
      if (part.holds(consumer.node)) result.push_back(consumer);
    }
    return result;
  }

  static void append(Statement& to, const std::string& text) { to.pieces.back() += text; }
  static void append(Statement& to, const Number& number) {
    to.numbers.push_back(number);
    to.pieces.emplace_back();
  }
  void append_value(Statement& to, NodeIndex node) const {
    if (program_.constants().holds(node)) return append(to, uniform_value(program_, node));
    append(to, Number{false, node});
  }

  [[nodiscard]] Statement value(NodeIndex node) const {
    Statement result{{false, node}, {""}, {}};
    const OpInfo op = info(program_.op(node));
    if (op.joins) {
      append(result, "sums[" + index_of_join(node) + "]" + (op.averages ? " * weight" : ""));
      return result;
    }
    append(result, "op::" + std::string(op.name) + "::value(");
    const std::span<const NodeIndex> operands = program_.operands(node);
    for (std::size_t k = 0; k < 3; ++k) {
      if (k > 0) append(result, ", ");
      if (k < operands.size()) {
        append_value(result, operands[k]);
      } else {
        append(result, "_");
      }
    }
    append(result, ")");
    return result;
  }

  /// The left fold of the contributions of the epilogue, from +0.
  [[nodiscard]] Statement grad_in_epilogue(NodeIndex node) const {
    Statement result{{true, node}, {""}, {}};
    if (grad_of_[node] != node) {
      append(result, Number{true, grad_of_[node]});
    } else {
      append(result, node == program_.root() ? "T(1)" : "T(0)");
      for (const Consumer& consumer : terms(program_.epilogue(), node)) {
        append_contribution(result, consumer);
      }
    }
    if (program_.joins(node)) {
      // The grad of a join's sum is a fold from +0 with one contribution.
      result.behind = "seeds[" + index_of_join(node) +
                      "] = " + (info(program_.op(node)).averages ? "T(0) + weight * #" : "#");
    }
    return result;
  }
  /// The contributions of the prologue, behind those that the grad has.
  [[nodiscard]] Statement grad_in_prologue(NodeIndex node) const {
    Statement result{{true, node}, {"@"}, {}};
    for (const Consumer& consumer : terms(program_.prologue(), node)) {
      append_contribution(result, consumer);
    }
    return result;
  }
  void append_contribution(Statement& to, const Consumer& consumer) const {
    const OpInfo op = info(program_.op(consumer.node));
    const Derivative& d = op.derivative[consumer.operand];
    const std::span<const NodeIndex> operands = program_.operands(consumer.node);
    append(to, " + op::" + std::string(op.name) +
                   "::" + std::array{"da", "db", "dc"}[consumer.operand] + "(");
    append(to, Number{true, grad_of_[consumer.node]});
    for (std::size_t k = 0; k < 3; ++k) {
      append(to, ", ");
      if (d.reads_operand[k]) {
        append_value(to, operands[k]);
      } else {
        append(to, "_");
      }
    }
    append(to, ", ");
    if (d.reads_result) {
      append_value(to, consumer.node);
    } else {
      append(to, "_");
    }
    append(to, ")");
  }

  [[nodiscard]] std::string index_of_join(NodeIndex join) const {
    return std::to_string(std::ranges::lower_bound(program_.joins(), join) -
                          program_.joins().begin());
  }

  const Schedule& schedule_;
  const Program& program_;
  std::vector<bool> wanted_grad_;   // [node]
  std::vector<NodeIndex> grad_of_;  // [node]
};

/// Which of a function's statements reads what others compute.
class Waiting {
public:
  explicit Waiting(const std::vector<Statement>& statements)
      : readers_(statements.size()), waits_for_(statements.size(), 0) {
    std::map<Number, std::size_t> index;
    for (std::size_t i = 0; i < statements.size(); ++i) index.emplace(statements[i].target, i);
    for (std::size_t i = 0; i < statements.size(); ++i) {
      for (const Number& read : statements[i].numbers) {
        const auto made = index.find(read);
        if (made == index.end()) continue;
        readers_[made->second].push_back(i);
        ++waits_for_[i];
      }
      if (waits_for_[i] == 0) ready_.insert(i);
    }
  }

  /// Statements that wait for none, in order.
  [[nodiscard]] const std::set<std::size_t>& ready() const { return ready_; }

  /// Takes a statement that is ready, which makes others so.
  void take(std::size_t i) {
    ready_.erase(i);
    for (const std::size_t reader : readers_[i]) {
      if (--waits_for_[reader] == 0) ready_.insert(reader);
    }
  }

private:
  std::vector<std::vector<std::size_t>> readers_;  // [statement]
  std::vector<std::size_t> waits_for_;             // [statement]
  std::set<std::size_t> ready_;
};

/// Many independent statements are a phase that the threads share; the others are in phases of the
/// first thread's, which end where many have become independent.
std::vector<Phase> phases_of(std::vector<Statement> statements) {
  Waiting waiting(statements);
  std::vector<Phase> phases;
  const auto take = [&](std::size_t i) {
    phases.back().statements.push_back(std::move(statements[i]));
    waiting.take(i);
  };
  while (!waiting.ready().empty()) {
    const bool shared = waiting.ready().size() >= wide;
    phases.push_back({{}, shared});
    if (shared) {
      const std::set<std::size_t> all = waiting.ready();
      for (const std::size_t i : all) take(i);
    } else {
      while (!waiting.ready().empty() && waiting.ready().size() < wide) {
        take(*waiting.ready().begin());
      }
    }
  }
  return phases;
}

}  // namespace

UniformPhases uniform_phases(const Schedule& schedule) {
  const UniformStatements statements(schedule);
  const Program& program = schedule.program();
  return {phases_of(statements.forward(program.prologue())),
          phases_of(statements.forward(program.epilogue())),
          phases_of(statements.epilogue_backward()), phases_of(statements.prologue_backward())};
}

}  // namespace levelgrad::detail
