// SPDX-License-Identifier: MIT
//
// Program: the graph of one example, recorded. Flat, immutable, verified.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "levelgrad/node.h"

namespace levelgrad {

/// A line of the user's source; line 0 where it is not known.
struct SourceLine {
  std::string file;  ///< without folders
  std::uint32_t line = 0;
  friend bool operator==(const SourceLine&, const SourceLine&) = default;
};

/// " at file.cpp:12", "" where the line is not known.
[[nodiscard]] std::string at(const SourceLine& where);

/// The number, a NaN with the sign and payload that all NaNs of a Program have: those have no
/// meaning, and texts and hashes must not depend on them.
[[nodiscard]] double plain_nan(double number);

/// What a Program is made from; a plain record that Program's constructor checks.
struct ProgramParts {
  struct Parameter {
    std::string name;
    double initial = 0;  ///< the number it had when it was recorded
    SourceLine where;
  };
  struct Input {
    std::string name;
    SourceLine where;
  };
  struct Constant {
    double number = 0;
    SourceLine where;
  };
  struct Operation {
    Op op = Op::Leaf;
    /// Operands left to right, as many as the op has: numbers of nodes. Parameters come first, then
    /// inputs, constants, and the operations themselves.
    std::array<NodeIndex, 3> operand = {};
    SourceLine where;
  };
  struct Output {
    std::string name;
    NodeIndex node = 0;
  };

  std::vector<Parameter> parameters;
  std::vector<Input> inputs;
  std::vector<Constant> constants;
  std::vector<Operation> operations;  ///< in the canonical order of the recorded graph
  std::vector<Output> outputs;        ///< the first is the root
};

/// Neighbouring nodes of a Program: [begin, end).
struct NodeRange {
  NodeIndex begin = 0, end = 0;
  [[nodiscard]] std::size_t size() const { return end - begin; }
  [[nodiscard]] bool holds(NodeIndex node) const { return node >= begin && node < end; }
};

/// The recorded graph of one example, for every batch size and both dtypes.
///
/// Nodes are numbered: parameters, inputs, constants, then the operations of the prologue, the body
/// and the epilogue, each in canonical order. Leaves come first because their place in the order
/// has no effect. Numbers are kept in f64 and rounded once to the dtype of an executor.
class Program {
public:
  /// Checks the parts, and puts the operations into prologue, body and epilogue.
  ///
  /// errors   ProgramError, with the node, where an operand does not stand before its consumer, an
  ///          exponent or slope is no constant, a join reads a uniform node, a varying node reads a
  ///          join, a node belongs to no output, the order is not canonical, the first output is
  ///          varying, or the names of the outputs are empty or not different.
  explicit Program(ProgramParts parts);

  [[nodiscard]] std::size_t node_count() const { return node_count_; }
  [[nodiscard]] NodeRange parameters() const { return parameters_; }
  [[nodiscard]] NodeRange inputs() const { return inputs_; }
  [[nodiscard]] NodeRange constants() const { return constants_; }
  /// Uniform operations that the body reads, with all that they depend on.
  [[nodiscard]] NodeRange prologue() const { return prologue_; }
  /// Varying operations.
  [[nodiscard]] NodeRange body() const { return body_; }
  /// The other uniform operations: joins, and what depends on them or on parameters alone.
  [[nodiscard]] NodeRange epilogue() const { return epilogue_; }
  [[nodiscard]] std::size_t parameter_count() const { return parameters_.size(); }
  [[nodiscard]] std::size_t input_count() const { return inputs_.size(); }

  [[nodiscard]] std::span<const ProgramParts::Output> outputs() const { return parts_.outputs; }
  /// The output of this name. Errors: ArgumentError.
  [[nodiscard]] std::size_t output_index(std::string_view name) const;
  /// The node that backward() starts from: the first output.
  [[nodiscard]] NodeIndex root() const { return parts_.outputs.front().node; }

  /// Op::Leaf for parameters, inputs and constants.
  [[nodiscard]] Op op(NodeIndex node) const {
    return node < prologue_.begin ? Op::Leaf : operation(node).op;
  }
  /// Left to right, as many as the op has.
  [[nodiscard]] std::span<const NodeIndex> operands(NodeIndex node) const {
    if (node < prologue_.begin) return {};
    const ProgramParts::Operation& own = operation(node);
    return {own.operand.data(), static_cast<std::size_t>(arity(own.op))};
  }
  /// Whether the node differs from example to example.
  [[nodiscard]] bool varying(NodeIndex node) const {
    return inputs_.holds(node) || body_.holds(node);
  }
  [[nodiscard]] bool joins(NodeIndex node) const;
  /// The joins, in canonical order.
  [[nodiscard]] const std::vector<NodeIndex>& joins() const { return joins_; }

  /// The uniform nodes that a body can contribute to, whose grads executors fold over the batch:
  /// parameters, then the prologue's nodes. Numbered in this order, alike in all Programs of a
  /// batch.
  [[nodiscard]] std::size_t shared_count() const { return parameters_.size() + prologue_.size(); }
  [[nodiscard]] bool shared(NodeIndex node) const {
    return parameters_.holds(node) || prologue_.holds(node);
  }
  [[nodiscard]] std::size_t shared_index(NodeIndex node) const {
    return parameters_.holds(node) ? node : parameters_.size() + (node - prologue_.begin);
  }
  [[nodiscard]] NodeIndex shared_node(std::size_t index) const {
    return static_cast<NodeIndex>(
        index < parameters_.size() ? index : prologue_.begin + (index - parameters_.size()));
  }
  /// Where a uniform node stands in another Program that may be in one batch with this one. Not for
  /// constants.
  [[nodiscard]] NodeIndex same_node(NodeIndex node, const Program& other) const {
    if (epilogue_.holds(node)) return other.epilogue_.begin + (node - epilogue_.begin);
    return other.shared_node(shared_index(node));
  }
  /// Whether backward() from the root passes the node: others have the grad 0 and contribute
  /// nothing.
  [[nodiscard]] bool under_root(NodeIndex node) const { return under_root_[node]; }
  /// Longest distance from a leaf inside the node's own part; what a part reads from another counts
  /// as a leaf, and so does a join.
  [[nodiscard]] int level(NodeIndex node) const { return level_[node]; }

  /// The number of a constant.
  [[nodiscard]] double constant(NodeIndex node) const {
    return parts_.constants[node - constants_.begin].number;
  }
  /// The number that a parameter had when it was recorded.
  [[nodiscard]] double initial(NodeIndex node) const { return parts_.parameters[node].initial; }
  /// Of a parameter or an input; "" of other nodes.
  [[nodiscard]] std::string_view name(NodeIndex node) const;
  [[nodiscard]] const SourceLine& where(NodeIndex node) const;
  /// The node as the text form writes it, with its source line, for messages.
  [[nodiscard]] std::string describe(NodeIndex node) const;

  /// Of all that decides bits and of the names: 32 hexadecimal digits. Initial numbers and source
  /// lines do not count. Stable: files carry it.
  [[nodiscard]] const std::string& hash() const { return hash_; }
  /// The parts in the order of the nodes: a Program made from them is this one.
  [[nodiscard]] const ProgramParts& parts() const { return parts_; }

private:
  [[nodiscard]] const ProgramParts::Operation& operation(NodeIndex node) const {
    return parts_.operations[node - prologue_.begin];
  }

  ProgramParts parts_;
  std::size_t node_count_ = 0;
  NodeRange parameters_, inputs_, constants_, prologue_, body_, epilogue_;
  std::vector<bool> under_root_;  // [node]
  std::vector<int> level_;        // [node]
  std::vector<NodeIndex> joins_;
  std::string hash_;
};

/// Whether examples of the two may be in one batch: they have the same parameters, inputs and
/// outputs, and the same prologue and epilogue, of which the same nodes are under the root: else
/// one example's grads would end at a node that another's pass through.
///
/// errors   ProgramError, which shows the first node that differs.
void check_same_shared_part(const Program& a, const Program& b);

}  // namespace levelgrad
