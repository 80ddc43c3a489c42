// SPDX-License-Identifier: MIT
#include "levelgrad/uniform_text.h"

#include <algorithm>
#include <array>
#include <compare>
#include <set>
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

/// One of the four functions.
struct Part {
  const char* name;
  const char* parameters;
  const char* arguments;
};
constexpr Part prologue_forward = {"prologue_forward", "[[maybe_unused]] T* u", "u"};
constexpr Part epilogue_forward = {
    "epilogue_forward",
    "[[maybe_unused]] T* u, [[maybe_unused]] const T* sums,\n    [[maybe_unused]] T weight",
    "u, sums, weight"};
constexpr Part epilogue_backward = {"epilogue_backward",
                                    "[[maybe_unused]] const T* u, [[maybe_unused]] T* d,\n"
                                    "    [[maybe_unused]] T weight, [[maybe_unused]] T* seeds",
                                    "u, d, weight, seeds"};
constexpr Part prologue_backward = {"prologue_backward",
                                    "[[maybe_unused]] const T* u, [[maybe_unused]] T* d", "u, d"};

class UniformText {
public:
  UniformText(const Schedule& schedule, std::size_t piece_size)
      : schedule_(schedule),
        program_(schedule.program()),
        piece_size_(piece_size),
        wanted_grad_(program_.node_count(), false) {
    for (NodeIndex n = 0; n < program_.node_count(); ++n) wanted_grad_[n] = wants_grad(n);
    for (const ProgramParts::Output& output : program_.outputs()) {
      stored_.insert({false, output.node});
    }
  }

  std::string run() {
    write();  // finds out which numbers one function reads of another
    return write();
  }

private:
  std::string write() {
    text_.clear();
    std::vector<Number> numbers;
    const auto finish = [&](const Part& part) {
      add(part, numbers);
      numbers.clear();
    };
    const NodeRange prologue = program_.prologue(), epilogue = program_.epilogue();
    for (NodeIndex n = prologue.begin; n < prologue.end; ++n) numbers.push_back({false, n});
    finish(prologue_forward);
    for (NodeIndex n = epilogue.begin; n < epilogue.end; ++n) numbers.push_back({false, n});
    finish(epilogue_forward);
    for (NodeIndex n = epilogue.end; n-- > epilogue.begin;) {
      if (wanted_grad_[n]) numbers.push_back({true, n});
    }
    for (std::size_t i = 0; i < program_.shared_count(); ++i) {
      numbers.push_back({true, program_.shared_node(i)});
    }
    finish(epilogue_backward);
    for (std::size_t i = program_.shared_count(); i-- > 0;) {
      const NodeIndex node = program_.shared_node(i);
      if (wanted_grad_[node] && !terms(prologue, node).empty()) numbers.push_back({true, node});
    }
    finish(prologue_backward);
    return text_;
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

  /// Who in a part contributes to the node's grad, in the order of the fold.
  [[nodiscard]] std::vector<Consumer> terms(NodeRange part, NodeIndex node) const {
    std::vector<Consumer> result;
    for (const Consumer& consumer : schedule_.consumers(node)) {
      if (part.holds(consumer.node)) result.push_back(consumer);
    }
    return result;
  }

  // --- Functions

  void add(const Part& part, const std::vector<Number>& numbers) {
    part_ = &part;
    std::vector<std::string> pieces;
    for (std::size_t i = 0; i < numbers.size();) {
      known_.clear();
      lines_ = "  [[maybe_unused]] const T _ = T(0);  // what a formula does not read\n";
      for (cost_ = 0; i < numbers.size() && cost_ < piece_size_;) i += add_numbers(numbers, i);
      pieces.push_back(std::move(lines_));
    }
    if (pieces.size() == 1) return add_function(part.name, pieces.front());
    std::string calls;
    for (std::size_t k = 0; k < pieces.size(); ++k) {
      const std::string name = std::string(part.name) + "_" + std::to_string(k);
      add_function(name, pieces[k]);
      calls += "  " + name + "(" + part.arguments + ");\n";
    }
    add_function(part.name, calls);
  }
  void add_function(const std::string& name, const std::string& body) {
    text_ += (text_.empty() ? "" : "\n") + std::string("template <class T>\nLG_FN void ") + name +
             "(" + part_->parameters + ") {\n" + body + "}\n";
  }

  // --- Statements

  /// Adds the number at i, or several that are alike; how many.
  std::size_t add_numbers(const std::vector<Number>& numbers, std::size_t i) {
    const std::size_t zeros = untouched(numbers, i);
    if (zeros < 4) {
      add(numbers[i]);
      return 1;
    }
    const std::size_t first = uniform_index(program_, numbers[i].node);
    lines_ += "  for (unsigned i = " + std::to_string(first) + "; i < " +
              std::to_string(first + zeros) + "; ++i) d[i] = T(0);\n";
    ++cost_;
    return zeros;
  }
  /// How many neighbouring shared nodes, from i on, the epilogue has no grad for.
  [[nodiscard]] std::size_t untouched(const std::vector<Number>& numbers, std::size_t i) const {
    std::size_t k = i;
    const auto is_untouched = [&](const Number& number) {
      return part_ == &epilogue_backward && program_.shared(number.node) &&
             number.node != program_.root() && terms(program_.epilogue(), number.node).empty();
    };
    while (k < numbers.size() && is_untouched(numbers[k])) ++k;
    return k - i;
  }

  void add(const Number& number) {
    ++cost_;
    if (number.is_grad) {
      add_grad(number.node);
    } else {
      add_line(name_of(number), value(number.node), number.node);
      known_.insert(number);
      if (part_ == &prologue_forward || stored_.contains(number)) {
        lines_ += "  " + place_of(number) + " = " + name_of(number) + ";\n";
      }
    }
  }

  /// The left fold of the contributions of this part, from what the grad is before it.
  void add_grad(NodeIndex node) {
    const bool in_epilogue = part_ == &epilogue_backward;
    const Number number = {true, node};
    const std::string name = name_of(number), place = place_of(number);
    const std::vector<Consumer> consumers =
        terms(in_epilogue ? program_.epilogue() : program_.prologue(), node);
    std::string sum = node == program_.root() ? "T(1)" : "T(0)";
    if (!in_epilogue) sum = place;
    const bool one_statement = consumers.size() <= detail::terms_of_statement;
    std::string statement = (one_statement ? "const T " : "T ") + name + " = " + sum;
    for (std::size_t i = 0; i < consumers.size(); ++i) {
      if (i > 0 && i % detail::terms_of_statement == 0) {
        lines_ += "  " + statement + ";\n";
        statement = name + " = " + name;
      }
      statement += (consumers.size() == 1 ? " + " : "\n      + ") + contribution(consumers[i]);
    }
    lines_ += "  " + statement + ";" + detail::line_comment(program_.where(node)) + "\n";
    known_.insert(number);
    cost_ += consumers.size();
    if (program_.joins(node)) add_seed(node);
    const bool is_result = in_epilogue ? program_.shared(node) : program_.parameters().holds(node);
    if (is_result || stored_.contains(number)) lines_ += "  " + place + " = " + name + ";\n";
  }
  /// The grad of a join's sum is a fold from +0 with one contribution.
  void add_seed(NodeIndex join) {
    const std::string name = name_of({true, join});
    lines_ += "  seeds[" + index_of_join(join) +
              "] = " + (info(program_.op(join)).averages ? "T(0) + weight * " + name : name) +
              ";\n";
  }

  void add_line(const std::string& name, const std::string& computed, NodeIndex node) {
    lines_ += "  const T " + name + " = " + computed + ";" +
              detail::line_comment(program_.where(node)) + "\n";
  }

  // --- Expressions

  std::string value(NodeIndex node) {
    const OpInfo op = info(program_.op(node));
    if (op.joins) return "sums[" + index_of_join(node) + "]" + (op.averages ? " * weight" : "");
    std::string call = "op::" + std::string(op.name) + "::value(";
    const std::span<const NodeIndex> operands = program_.operands(node);
    for (std::size_t k = 0; k < 3; ++k) {
      call += (k == 0 ? "" : ", ") + (k < operands.size() ? operand(operands[k]) : "_");
    }
    return call + ")";
  }
  std::string contribution(const Consumer& consumer) {
    const OpInfo op = info(program_.op(consumer.node));
    const Derivative& d = op.derivative[consumer.operand];
    const std::span<const NodeIndex> operands = program_.operands(consumer.node);
    std::string call = "op::" + std::string(op.name) +
                       "::" + std::array{"da", "db", "dc"}[consumer.operand] + "(" +
                       read({true, consumer.node});
    for (std::size_t k = 0; k < 3; ++k) {
      call += ", " + (d.reads_operand[k] ? operand(operands[k]) : "_");
    }
    return call + ", " + (d.reads_result ? operand(consumer.node) : "_") + ")";
  }
  std::string operand(NodeIndex node) {
    if (program_.constants().holds(node)) return uniform_value(program_, node);
    return read({false, node});
  }
  /// The number's name; read from memory where another function has computed it.
  std::string read(const Number& number) {
    const std::string name = name_of(number);
    if (known_.insert(number).second) {
      stored_.insert(number);
      lines_ += "  const T " + name + " = " + place_of(number) + ";\n";
    }
    return name;
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
  std::vector<bool> wanted_grad_;  // [node]
  std::set<Number> stored_;        // what is read outside of the function that computes it
  std::string text_;

  // Of the function that is being written.
  const Part* part_ = nullptr;
  std::set<Number> known_;
  std::string lines_;
  std::size_t cost_ = 0;
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

std::string uniform_text(const Schedule& schedule, std::size_t piece_size) {
  return UniformText(schedule, piece_size).run();
}

}  // namespace levelgrad
