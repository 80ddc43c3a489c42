// SPDX-License-Identifier: MIT
#include "levelgrad/uniform_text.h"

#include <algorithm>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "text_parts.h"
#include "uniform_phases.h"

namespace levelgrad {
namespace {

using detail::Number;
using detail::Phase;
using detail::Statement;

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

/// Statements from which on a run is a loop.
constexpr std::size_t least_run = 8;
/// Numbers that a statement of a loop reads, at most: it is one expression.
constexpr std::size_t most_pieces_of_loop = 64;

class UniformText {
public:
  UniformText(const Schedule& schedule, std::size_t piece_size)
      : program_(schedule.program()),
        phases_(detail::uniform_phases(schedule)),
        piece_size_(piece_size) {
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
    add(prologue_forward, phases_.prologue_forward);
    add(epilogue_forward, phases_.epilogue_forward);
    add(epilogue_backward, phases_.epilogue_backward);
    add(prologue_backward, phases_.prologue_backward);
    return text_ + for_one_thread;
  }

  // --- Phases

  /// A function of phases; after each the threads wait for each other.
  void add(const Part& part, const std::vector<Phase>& phases) {
    part_ = &part;
    pieces_.clear();
    lines_.clear();
    cost_ = 0;
    for (const Phase& phase : phases) {
      std::vector<const Statement*> statements;
      for (const Statement& statement : phase.statements) statements.push_back(&statement);
      if (phase.shared) {
        add_shared(std::move(statements));
      } else {
        add_serial(statements);
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
  const Program& program_;
  const detail::UniformPhases phases_;
  std::size_t piece_size_;
  std::set<Number> stored_;  // what is read from memory
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
