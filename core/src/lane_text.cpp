// SPDX-License-Identifier: MIT
#include "levelgrad/lane_text.h"

#include <algorithm>
#include <array>
#include <set>

#include "text_parts.h"

namespace levelgrad {
namespace {

using detail::line_comment, detail::literal, detail::printable, detail::terms_of_statement;
using Kind = Factor::Kind;

std::string name_of(const Factor& number) {
  const std::string node = std::to_string(number.node);
  switch (number.kind) {
    case Kind::NodeValue:
      return "v" + node;
    case Kind::NodeGrad:
      return "g" + node;
    case Kind::Contribution:
      return "c" + node + "_" + std::to_string(number.operand);
    case Kind::One:
      break;
  }
  return "1";
}

class PieceText {
public:
  PieceText(const LaneCode& code, std::size_t index)
      : code_(code), schedule_(code.schedule()), program_(code.program()), index_(index) {}

  std::string run() {
    const std::vector<Factor>& numbers = code_.pieces()[index_];
    text_ = "template <class Lane>\nLG_PIECE void piece_" + std::to_string(index_) +
            "([[maybe_unused]] const Lane lane) {\n";
    text_ += "  [[maybe_unused]] const auto _ = lane.number(0);  // what a formula does not read\n";
    if (index_ == 0) add_inputs_without_grad();
    for (const Factor& number : numbers) add(number);
    return text_ + "}\n";
  }

private:
  /// The number's name; read from memory where another piece has computed it.
  std::string read(Factor number) {
    if (number.kind == Kind::NodeGrad) number.node = schedule_.grad_source(number.node);
    const std::string name = name_of(number);
    if (known_.insert(number).second) {
      text_ +=
          "  const auto " + name + " = lane.kept(" + std::to_string(*code_.slot(number)) + ");\n";
    }
    return name;
  }
  std::string value(NodeIndex node) {
    if (program_.varying(node)) return read({Kind::NodeValue, 0, node});
    if (program_.constants().holds(node))
      return "lane.number(" + literal(program_.constant(node)) + ")";
    return (backward_ ? "lane.p_back(" : "lane.p(") + std::to_string(program_.shared_index(node)) +
           ")";
  }
  /// Operand k of a node. A number that was fixed when the graph was built is a plain one, so that
  /// compilers see which way a formula goes.
  std::string operand(NodeIndex node, std::size_t k) {
    const NodeIndex own = program_.operands(node)[k];
    if (k == 1 && info(program_.op(node)).second_is_constant)
      return literal(program_.constant(own));
    return value(own);
  }

  std::string computed_value(NodeIndex node) {
    backward_ = false;
    std::string call = std::string("value<op::") + info(program_.op(node)).name + ">(";
    for (std::size_t k = 0; k < program_.operands(node).size(); ++k) {
      call += (k == 0 ? "" : ", ") + operand(node, k);
    }
    return call + ")";
  }
  std::string contribution(const Consumer& consumer) {
    backward_ = true;
    const OpInfo op = info(program_.op(consumer.node));
    const Derivative& d = op.derivative[consumer.operand];
    std::string call = std::array{"da", "db", "dc"}[consumer.operand] + std::string("<op::") +
                       op.name + ">(" + read({Kind::NodeGrad, 0, consumer.node});
    for (std::size_t k = 0; k < 3; ++k) {
      call += ", " + (d.reads_operand[k] ? operand(consumer.node, k) : "_");
    }
    return call + ", " + (d.reads_result ? read({Kind::NodeValue, 0, consumer.node}) : "_") + ")";
  }
  std::string term(const Consumer& consumer) {
    if (!program_.joins(consumer.node)) return contribution(consumer);
    const auto join = std::ranges::find(program_.joins(), consumer.node) - program_.joins().begin();
    return "lane.seed(" + std::to_string(join) + ")";
  }

  /// A line that computes the number, and those that keep it.
  void add(const Factor& number) {
    known_.insert(number);
    if (number.kind == Kind::NodeGrad) {
      add_grad(number.node);
    } else {
      std::string computed;
      if (number.kind == Kind::Contribution) {
        computed = contribution({number.node, number.operand});
      } else if (program_.inputs().holds(number.node)) {
        computed = "lane.input(" + std::to_string(number.node - program_.inputs().begin) + ")";
      } else {
        computed = computed_value(number.node);
      }
      // Nobody need read an input.
      const bool is_input = number.kind == Kind::NodeValue && program_.inputs().holds(number.node);
      text_ += std::string("  ") + (is_input ? "[[maybe_unused]] " : "") + "const auto " +
               name_of(number) + " = " + computed + ";" + comment(number) + "\n";
    }
    if (const LaneSlot* slot = code_.slot(number)) {
      text_ += "  lane.keep(" + std::to_string(*slot) + ", " + name_of(number) + ");\n";
    }
    if (number.kind == Kind::NodeValue) add_results(number.node);
    if (number.kind == Kind::NodeGrad && code_.needs().input_grads) add_input_grads(number.node);
  }

  /// The left fold of the contributions, from +0.
  void add_grad(NodeIndex node) {
    const std::string name = name_of({Kind::NodeGrad, 0, node});
    const std::span<const Consumer> consumers = schedule_.consumers(node);
    const bool one_statement = consumers.size() <= terms_of_statement;
    std::string sum =
        std::string("  ") + (one_statement ? "const " : "") + "auto " + name + " = lane.number(0)";
    for (std::size_t i = 0; i < consumers.size(); ++i) {
      if (i > 0 && i % terms_of_statement == 0) {
        text_ += sum + ";\n";
        sum = "  " + name + " = " + name;
      }
      sum += (consumers.size() == 1 ? " + " : "\n      + ") + term(consumers[i]);
    }
    text_ += sum + ";" + comment({Kind::NodeGrad, 0, node}) + "\n";
  }

  [[nodiscard]] std::string comment(const Factor& number) const {
    if (program_.inputs().holds(number.node) && number.kind == Kind::NodeValue) {
      return "  // " + printable(program_.name(number.node));
    }
    return line_comment(program_.where(number.node));
  }

  void add_results(NodeIndex node) {
    const std::string name = name_of({Kind::NodeValue, 0, node});
    for (std::size_t j = 0; j < program_.joins().size(); ++j) {
      if (program_.operands(program_.joins()[j])[0] == node) {
        text_ += "  lane.join(" + std::to_string(j) + ", " + name + ");\n";
      }
    }
    for (std::size_t k = 0; k < program_.outputs().size(); ++k) {
      if (program_.outputs()[k].node == node) {
        text_ += "  lane.output(" + std::to_string(k) + ", " + name + ");\n";
      }
    }
  }

  [[nodiscard]] bool has_grad(NodeIndex input) const {
    return code_.computes_grad(schedule_.grad_source(input)) && schedule_.leads_to_input(input) &&
           program_.under_root(input);
  }
  /// The grads of inputs that are this node's: often several inputs share one.
  void add_input_grads(NodeIndex node) {
    const NodeRange inputs = program_.inputs();
    for (NodeIndex input = inputs.begin; input < inputs.end; ++input) {
      if (!has_grad(input) || schedule_.grad_source(input) != node) continue;
      text_ += "  lane.input_grad(" + std::to_string(input - inputs.begin) + ", " +
               name_of({Kind::NodeGrad, 0, node}) + ");\n";
    }
  }
  void add_inputs_without_grad() {
    const NodeRange inputs = program_.inputs();
    for (NodeIndex input = inputs.begin; input < inputs.end && code_.needs().input_grads; ++input) {
      if (has_grad(input)) continue;
      text_ += "  lane.input_grad(" + std::to_string(input - inputs.begin) + ", _);\n";
    }
  }

  const LaneCode& code_;
  const Schedule& schedule_;
  const Program& program_;
  std::size_t index_;
  std::set<Factor> known_;
  bool backward_ = false;
  std::string text_;
};

/// A function that calls the first pieces.
std::string calls(const char* name, std::size_t piece_count) {
  std::string text = std::string("\ntemplate <class Lane>\nLG_FN void ") + name +
                     "([[maybe_unused]] Lane& lane) {\n";
  for (std::size_t k = 0; k < piece_count; ++k) {
    text += "  piece_" + std::to_string(k) + "(lane);\n";
  }
  return text + "}\n";
}

/// Pieces up to the last that computes a value.
std::size_t pieces_of_values(const LaneCode& code) {
  const auto has_values = [](const std::vector<Factor>& piece) {
    return std::ranges::any_of(piece, [](const Factor& f) { return f.kind == Kind::NodeValue; });
  };
  std::size_t count = code.pieces().size();
  while (count > 0 && !has_values(code.pieces()[count - 1])) --count;
  return count;
}

}  // namespace

std::string lane_text(const LaneCode& code) {
  std::string text;
  for (std::size_t k = 0; k < code.pieces().size(); ++k) {
    if (k > 0) text += "\n";
    text += PieceText(code, k).run();
  }
  return text + calls("all_pieces", code.pieces().size()) +
         calls("value_pieces", pieces_of_values(code));
}

}  // namespace levelgrad
