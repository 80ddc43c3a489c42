// SPDX-License-Identifier: MIT
#include "levelgrad/uniform_text.h"

#include <algorithm>
#include <array>
#include <compare>
#include <map>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "text_parts.h"

namespace levelgrad {
namespace {

/// A value or a grad of a uniform node.
struct Number {
  bool is_grad = false;
  NodeIndex node = 0;
  friend auto operator<=>(const Number&, const Number&) = default;
};

/// An assignment: of an expression, cut where it reads a number, to a target. Two with equal pieces
/// do the same to other numbers.
struct Statement {
  Number target;
  std::vector<std::string> pieces;  ///< one more than numbers
  std::vector<Number> numbers;
  std::string behind = {};  ///< what else is assigned, with # for the target
};

/// Statements of one kind side by side, the places of whose numbers go up by fixed steps.
struct Run {
  std::span<const Statement* const> statements;
  bool carries = false;  ///< each reads the one before
};

/// One of the four functions.
struct Part {
  const char* name;
  const char* parameters;
  const char* arguments;
};
constexpr Part prologue_forward = {"prologue_forward", "[[maybe_unused]] T* u", "u"};
constexpr Part epilogue_forward = {
    "epilogue_forward",
    "[[maybe_unused]] T* u, [[maybe_unused]] const T* sums, [[maybe_unused]] T weight",
    "u, sums, weight"};
constexpr Part epilogue_backward = {
    "epilogue_backward",
    "[[maybe_unused]] const T* u, [[maybe_unused]] T* d, [[maybe_unused]] T weight,\n"
    "    [[maybe_unused]] T* seeds",
    "u, d, weight, seeds"};
constexpr Part prologue_backward = {"prologue_backward",
                                    "[[maybe_unused]] const T* u, [[maybe_unused]] T* d", "u, d"};

constexpr const char* for_one_thread = R"(
// The same by one thread.
struct OneThread {
  static constexpr unsigned rank = 0, size = 1;
  LG_FN void wait() const {}
};
template <class T>
LG_FN void prologue_forward(T* u) {
  prologue_forward(u, OneThread());
}
template <class T>
LG_FN void epilogue_forward(T* u, const T* sums, T weight) {
  epilogue_forward(u, sums, weight, OneThread());
}
template <class T>
LG_FN void epilogue_backward(const T* u, T* d, T weight, T* seeds) {
  epilogue_backward(u, d, weight, seeds, OneThread());
}
template <class T>
LG_FN void prologue_backward(const T* u, T* d) {
  prologue_backward(u, d, OneThread());
}
)";

/// Independent statements from which on the threads of a block share them.
constexpr std::size_t wide = 32;
/// Statements from which on a run is a loop.
constexpr std::size_t least_run = 8;
/// Numbers that a statement of a loop reads, at most: it is one expression.
constexpr std::size_t most_pieces_of_loop = 64;

class UniformText {
public:
  UniformText(const Schedule& schedule, std::size_t piece_size)
      : schedule_(schedule),
        program_(schedule.program()),
        piece_size_(piece_size),
        wanted_grad_(program_.node_count(), false),
        grad_of_(program_.node_count()) {
    for (NodeIndex n = 0; n < program_.node_count(); ++n) wanted_grad_[n] = wants_grad(n);
    for (NodeIndex n = static_cast<NodeIndex>(program_.node_count()); n-- > 0;) {
      grad_of_[n] = source_of_grad(n);
    }
    for (const ProgramParts::Output& output : program_.outputs()) {
      stored_.insert({false, output.node});
    }
  }

  std::string run() {
    write();  // finds out which numbers are read where others have computed them
    return write();
  }

private:
  std::string write() {
    text_.clear();
    std::vector<Statement> statements;
    const auto finish = [&](const Part& part) {
      add(part, statements);
      statements.clear();
    };
    const NodeRange prologue = program_.prologue(), epilogue = program_.epilogue();
    for (NodeIndex n = prologue.begin; n < prologue.end; ++n) statements.push_back(value(n));
    finish(prologue_forward);
    for (NodeIndex n = epilogue.begin; n < epilogue.end; ++n) statements.push_back(value(n));
    finish(epilogue_forward);
    for (NodeIndex n = epilogue.end; n-- > epilogue.begin;) {
      if (wanted_grad_[n] && (grad_of_[n] == n || program_.joins(n))) {
        statements.push_back(grad_in_epilogue(n));
      }
    }
    for (std::size_t i = 0; i < program_.shared_count(); ++i) {
      statements.push_back(grad_in_epilogue(program_.shared_node(i)));
    }
    finish(epilogue_backward);
    for (std::size_t i = program_.shared_count(); i-- > 0;) {
      const NodeIndex node = program_.shared_node(i);
      if (wanted_grad_[node] && !terms(prologue, node).empty()) {
        statements.push_back(grad_in_prologue(node));
      }
    }
    finish(prologue_backward);
    return text_ + for_one_thread;
  }

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

  // --- Statements

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
    Statement result{{true, node}, {"@"}, {}};  // @ is the grad itself, as it is
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

  // --- Phases

  /// A function of phases: many independent statements shared by the threads, or dependent ones by
  /// the first thread; after each the threads wait for each other.
  void add(const Part& part, const std::vector<Statement>& statements) {
    part_ = &part;
    pieces_.clear();
    lines_.clear();
    cost_ = 0;
    std::map<Number, std::size_t> index;
    for (std::size_t i = 0; i < statements.size(); ++i) index.emplace(statements[i].target, i);
    std::vector<std::vector<std::size_t>> readers(statements.size());
    std::vector<std::size_t> waits_for(statements.size(), 0);
    for (std::size_t i = 0; i < statements.size(); ++i) {
      for (const Number& read : statements[i].numbers) {
        const auto made = index.find(read);
        if (made == index.end()) continue;
        readers[made->second].push_back(i);
        ++waits_for[i];
      }
    }
    std::set<std::size_t> ready;
    for (std::size_t i = 0; i < statements.size(); ++i) {
      if (waits_for[i] == 0) ready.insert(i);
    }
    const auto done = [&](std::size_t i) {
      for (const std::size_t reader : readers[i]) {
        if (--waits_for[reader] == 0) ready.insert(reader);
      }
    };
    while (!ready.empty()) {
      std::vector<const Statement*> phase;
      if (ready.size() >= wide) {
        const std::set<std::size_t> all = std::move(ready);
        ready.clear();
        for (const std::size_t i : all) phase.push_back(&statements[i]);
        for (const std::size_t i : all) done(i);
        add_shared(phase);
      } else {
        while (!ready.empty() && ready.size() < wide) {
          const std::size_t i = *ready.begin();
          ready.erase(ready.begin());
          phase.push_back(&statements[i]);
          done(i);
        }
        add_serial(phase);
      }
      lines_ += "  block.wait();\n";
      if (cost_ >= piece_size_) end_piece();
    }
    finish_part();
  }

  /// Independent statements: runs of a kind are loops that the threads share, the others are left
  /// to the first thread.
  void add_shared(std::vector<const Statement*> phase) {
    std::ranges::stable_sort(phase, {}, [](const Statement* s) { return s->pieces; });
    std::vector<const Statement*> rest;
    for (const Run& run : runs(phase, false)) {
      if (run.statements.size() < least_run) {
        rest.insert(rest.end(), run.statements.begin(), run.statements.end());
      } else {
        add_loop(run, "  for (unsigned i = block.rank; i < " +
                          std::to_string(run.statements.size()) + "; i += block.size) {\n");
        cost_ += 1;
      }
    }
    if (!rest.empty()) add_serial(rest);
  }

  /// One after the other, in registers.
  void add_serial(const std::vector<const Statement*>& phase) {
    local_.clear();
    lines_ += "  if (block.rank == 0) {\n";
    for (const Run& run : runs(phase, true)) {
      if (run.carries && run.statements.size() >= least_run) {
        add_carried(run);
        cost_ += 1;
      } else {
        for (const Statement* statement : run.statements) add_local(*statement);
        cost_ += run.statements.size();
      }
    }
    lines_ += "  }\n";
  }

  /// Cuts statements into runs. carried   each reads the one before.
  [[nodiscard]] std::vector<Run> runs(std::span<const Statement* const> phase, bool carried) const {
    std::vector<Run> result;
    for (std::size_t first = 0; first < phase.size();) {
      std::size_t end = first + 1;
      while (end < phase.size() && goes_on(phase, first, end, carried)) ++end;
      result.push_back({phase.subspan(first, end - first), carried && end - first > 1});
      first = end;
    }
    return result;
  }
  /// Whether the statement at `end` continues the run from `first`.
  [[nodiscard]] bool goes_on(std::span<const Statement* const> phase, std::size_t first,
                             std::size_t end, bool carried) const {
    const Statement &start = *phase[first], &last = *phase[end - 1], &next = *phase[end];
    if (next.pieces != start.pieces || !next.behind.empty() || !start.behind.empty()) return false;
    if (next.pieces.size() > most_pieces_of_loop) return false;
    if (step(last.target, next.target) != (end == first + 1
                                               ? step(last.target, next.target)
                                               : step(start.target, phase[first + 1]->target))) {
      return false;
    }
    bool reads_last = false;
    for (std::size_t k = 0; k < next.numbers.size(); ++k) {
      if (carried && next.numbers[k] == last.target) {
        // In the same place in every statement; the first one's is what the run starts from.
        if (end > first + 1 && last.numbers[k] != phase[end - 2]->target) return false;
        if (reads_last) return false;
        reads_last = true;
        continue;
      }
      if (next.numbers[k].is_grad != last.numbers[k].is_grad) return false;
      if (end > first + 1 && step(last.numbers[k], next.numbers[k]) !=
                                 step(start.numbers[k], phase[first + 1]->numbers[k])) {
        return false;
      }
    }
    return reads_last == carried;
  }
  [[nodiscard]] long step(const Number& from, const Number& to) const {
    return static_cast<long>(uniform_index(program_, to.node)) -
           static_cast<long>(uniform_index(program_, from.node));
  }

  // --- Lines

  /// The place of a number in iteration i of a run.
  [[nodiscard]] std::string place(const Number& first, const Number& second) {
    const long by = step(first, second);
    const std::size_t base = uniform_index(program_, first.node);
    std::string index;
    if (base != 0 || by == 0) index = std::to_string(base);
    if (by != 0) {
      if (!index.empty()) index += by < 0 ? " - " : " + ";
      if (by != 1 && by != -1) index += std::to_string(by < 0 ? -by : by) + " * ";
      index += "i";
    }
    return (first.is_grad ? "d[" : "u[") + index + "]";
  }
  void note_reads(const Statement& statement) {
    for (const Number& number : statement.numbers) stored_.insert(number);
  }

  void add_loop(const Run& run, const std::string& head) {
    const Statement &first = *run.statements[0], &second = *run.statements[1];
    const std::string target = place(first.target, second.target);
    std::string line = "    " + target + " = ";
    for (std::size_t k = 0; k < first.pieces.size(); ++k) {
      line += with_itself(first.pieces[k], target);
      if (k < first.numbers.size()) line += place(first.numbers[k], second.numbers[k]);
    }
    lines_ +=
        head + line + ";" + detail::line_comment(program_.where(first.target.node)) + "\n  }\n";
    for (const Statement* statement : run.statements) {
      note_reads(*statement);
      stored_.insert(statement->target);
    }
  }

  /// A run in which each statement reads the one before: that number stays in a register.
  void add_carried(const Run& run) {
    const Statement &first = *run.statements[0], &second = *run.statements[1];
    const std::string name = name_of(run.statements.back()->target);
    std::size_t carried = 0;
    while (second.numbers[carried] != first.target) ++carried;
    lines_ += "    T " + name + " = " + read(first.numbers[carried]) + ";\n";
    lines_ +=
        "    for (unsigned i = 0; i < " + std::to_string(run.statements.size()) + "; ++i) {\n";
    std::string line = "      " + name + " = ";
    for (std::size_t k = 0; k < first.pieces.size(); ++k) {
      line += with_itself(first.pieces[k], place(first.target, second.target));
      if (k >= first.numbers.size()) continue;
      line += k == carried ? name : place(first.numbers[k], second.numbers[k]);
    }
    lines_ += line + ";" + detail::line_comment(program_.where(first.target.node)) + "\n";
    bool kept = false;
    for (const Statement* statement : run.statements) {
      for (std::size_t k = 0; k < statement->numbers.size(); ++k) {
        if (k != carried) stored_.insert(statement->numbers[k]);
        // What this thread has in a register only is read from memory here.
        if (k != carried && local_.contains(statement->numbers[k]))
          stored_.insert(statement->numbers[k]);
      }
      if (statement != run.statements.back()) kept = kept || is_stored(statement->target);
    }
    if (kept) lines_ += "      " + place(first.target, second.target) + " = " + name + ";\n";
    lines_ += "    }\n";
    const Number last = run.statements.back()->target;
    local_.insert(last);
    if (!kept && is_stored(last)) lines_ += "    " + place_of(last) + " = " + name + ";\n";
  }

  void add_local(const Statement& statement) {
    const std::string name = name_of(statement.target);
    std::string line = "    const T " + name + " = ";
    std::size_t terms = 0;
    for (std::size_t k = 0; k < statement.pieces.size(); ++k) {
      std::string piece = with_itself(statement.pieces[k], place_of(statement.target));
      // Compilers recurse over the operators of one expression.
      if (piece.find(" + op::") != std::string::npos && ++terms % detail::terms_of_statement == 0) {
        const std::size_t cut = piece.find(" + op::");
        line += piece.substr(0, cut) + ";\n";
        line.replace(line.find("const T "), 8, terms == detail::terms_of_statement ? "T " : "");
        lines_ += line;
        line = "    const T " + name + " = " + name;  // "const T " is taken away with the next cut
        piece = piece.substr(cut);
      }
      line += piece;
      if (k < statement.numbers.size()) line += read(statement.numbers[k]);
    }
    if (terms >= detail::terms_of_statement) line.replace(line.find("const T "), 8, "");
    lines_ += line + ";" + detail::line_comment(program_.where(statement.target.node)) + "\n";
    local_.insert(statement.target);
    if (!statement.behind.empty()) {
      std::string behind = statement.behind;
      behind.replace(behind.find('#'), 1, name);
      lines_ += "    " + behind + ";\n";
    }
    if (is_stored(statement.target)) {
      lines_ += "    " + place_of(statement.target) + " = " + name + ";\n";
    }
  }
  static std::string with_itself(std::string piece, const std::string& target) {
    const std::size_t at = piece.find('@');
    if (at != std::string::npos) piece.replace(at, 1, target);
    return piece;
  }

  /// Whether somebody reads it from memory.
  [[nodiscard]] bool is_stored(const Number& number) const {
    if (stored_.contains(number) || part_ == &prologue_forward) return true;
    return number.is_grad && program_.shared(number.node);
  }
  /// A number in a line of the first thread's.
  std::string read(const Number& number) {
    if (local_.contains(number)) return name_of(number);
    stored_.insert(number);
    return place_of(number);
  }

  // --- Functions

  void end_piece() {
    if (!lines_.empty()) pieces_.push_back(std::move(lines_));
    lines_.clear();
    cost_ = 0;
  }
  void finish_part() {
    if (pieces_.empty()) return add_function(part_->name, std::exchange(lines_, ""));
    end_piece();
    std::string calls;
    for (std::size_t k = 0; k < pieces_.size(); ++k) {
      const std::string name = std::string(part_->name) + "_" + std::to_string(k);
      add_function(name, pieces_[k]);
      calls += "  " + name + "(" + part_->arguments + ", block);\n";
    }
    add_function(part_->name, calls);
  }
  void add_function(const std::string& name, const std::string& body) {
    text_ += (text_.empty() ? "" : "\n") + std::string("template <class T, class Block>\n") +
             "LG_FN void " + name + "(" + part_->parameters +
             ",\n    [[maybe_unused]] const Block& block) {\n" +
             "  [[maybe_unused]] const T _ = T(0);  // what a formula does not read\n" + body +
             "}\n";
  }

  [[nodiscard]] static std::string name_of(const Number& number) {
    return (number.is_grad ? "g" : "v") + std::to_string(number.node);
  }
  [[nodiscard]] std::string place_of(const Number& number) const {
    return (number.is_grad ? "d[" : "u[") + std::to_string(uniform_index(program_, number.node)) +
           "]";
  }
  [[nodiscard]] std::string index_of_join(NodeIndex join) const {
    return std::to_string(std::ranges::lower_bound(program_.joins(), join) -
                          program_.joins().begin());
  }

  const Schedule& schedule_;
  const Program& program_;
  std::size_t piece_size_;
  std::vector<bool> wanted_grad_;   // [node]
  std::vector<NodeIndex> grad_of_;  // [node]
  std::set<Number> stored_;         // what is read from memory
  std::string text_;

  // Of the function that is being written.
  const Part* part_ = nullptr;
  std::vector<std::string> pieces_;
  std::string lines_;
  std::size_t cost_ = 0;
  std::set<Number> local_;  // in a register of the first thread, in this phase
};

}  // namespace

std::size_t uniform_index(const Program& program, NodeIndex node) {
  if (!program.epilogue().holds(node)) return program.shared_index(node);
  return program.shared_count() + (node - program.epilogue().begin);
}

std::size_t uniform_count(const Program& program) {
  return program.shared_count() + program.epilogue().size();
}

std::string uniform_value(const Program& program, NodeIndex node) {
  if (program.constants().holds(node)) return "T(" + detail::literal(program.constant(node)) + ")";
  return "u[" + std::to_string(uniform_index(program, node)) + "]";
}

bool backward_reads_epilogue(const Program& program) {
  const NodeRange epilogue = program.epilogue();
  for (NodeIndex n = epilogue.begin; n < epilogue.end; ++n) {
    const OpInfo op = info(program.op(n));
    if (!program.under_root(n) || op.joins) continue;
    for (int k = 0; k < op.active; ++k) {
      const Derivative& d = op.derivative[k];
      if (d.reads_result) return true;
      const std::span<const NodeIndex> operands = program.operands(n);
      for (std::size_t i = 0; i < operands.size(); ++i) {
        if (d.reads_operand[i] && epilogue.holds(operands[i])) return true;
      }
    }
  }
  return false;
}

std::string uniform_text(const Schedule& schedule, std::size_t piece_size) {
  return UniformText(schedule, piece_size).run();
}

}  // namespace levelgrad
