// SPDX-License-Identifier: MIT
//
// Schedule: what may run at the same time, and in which order contributions are added.
#pragma once

#include <compare>
#include <cstdint>
#include <span>
#include <vector>

#include "levelgrad/contribution.h"
#include "levelgrad/program.h"

namespace levelgrad {

/// A place where a node is read: the consumer and which of its operands the node is.
struct Consumer {
  NodeIndex node;
  std::uint8_t operand;
};

/// A number of each lane that contributions to a uniform node's grad are made of.
///
/// One: 1. NodeValue, NodeGrad: of a varying node. Contribution: what the node contributes to its
/// operand, computed as its op says.
struct Factor {
  enum class Kind : std::uint8_t { One, NodeValue, NodeGrad, Contribution };
  Kind kind = Kind::One;
  std::uint8_t operand = 0;
  NodeIndex node = 0;
  friend auto operator<=>(const Factor&, const Factor&) = default;
};

/// Uniform nodes whose contributions share factors: the grad of the node in row r and column c is
/// the fold, over the lanes from the last to the first and in each lane over the terms, of
/// row[t][r] * column[t][c]. With One and Contribution every node that leads to a parameter fits
/// into some tile.
struct ParameterTile {
  std::size_t term_count = 0;  ///< contributions of one lane to one node
  std::size_t row_count = 0;
  std::size_t column_count = 0;  ///< not less than row_count
  std::vector<Factor> row;       ///< [term_count][row_count]
  std::vector<Factor> column;    ///< [term_count][column_count]
  std::vector<NodeIndex> node;   ///< [row_count][column_count], parameters and prologue nodes

  [[nodiscard]] const Factor& row_factor(std::size_t term, std::size_t r) const {
    return row[term * row_count + r];
  }
  [[nodiscard]] const Factor& column_factor(std::size_t term, std::size_t c) const {
    return column[term * column_count + c];
  }
};

/// The levels of a Program's body, the gather order of its backward pass, and its parameter tiles.
///
/// Borrows the Program.
///
/// cost   O(nodes * log(nodes)), and the sorting of the tiles: O(contributions * log(rows)).
class Schedule {
public:
  explicit Schedule(const Program& program);

  [[nodiscard]] const Program& program() const { return *program_; }

  /// Levels of the body; level 0 holds the inputs.
  [[nodiscard]] std::size_t level_count() const { return level_begin_.size() - 1; }
  /// The inputs (level 0) or body nodes of a level; independent of each other, the same ops side by
  /// side.
  [[nodiscard]] std::span<const NodeIndex> level(std::size_t level) const {
    return std::span(by_level_).subspan(level_begin_[level],
                                        level_begin_[level + 1] - level_begin_[level]);
  }

  /// Who contributes to the node's grad, in the order in which contributions are added: consumers
  /// in reverse canonical order, for one consumer its operands left to right. Only nodes under the
  /// root, and only operands that get a grad.
  [[nodiscard]] std::span<const Consumer> consumers(NodeIndex node) const {
    return std::span(consumers_)
        .subspan(consumers_begin_[node], consumers_begin_[node + 1] - consumers_begin_[node]);
  }

  /// Whether the node's grad has an effect on a parameter's, or on an input's.
  [[nodiscard]] bool leads_to_parameter(NodeIndex node) const { return to_parameter_[node]; }
  [[nodiscard]] bool leads_to_input(NodeIndex node) const { return to_input_[node]; }

  /// The node whose grad is, bit for bit, the node's own: another one where the only contribution
  /// to a varying node is a copy. (A fold that starts at +0 is never -0, so +0 + g is g.)
  [[nodiscard]] NodeIndex grad_source(NodeIndex node) const { return grad_source_[node]; }

  /// Tiles of all uniform nodes that the body reads and that lead to a parameter, each node once.
  [[nodiscard]] std::span<const ParameterTile> tiles() const { return tiles_; }

  /// Whether one pass over the batch will do: neither the joins' grads nor the grads that the
  /// epilogue leaves at what the body reads, and that lead to a parameter, depend on joined values.
  /// Else forward runs twice.
  [[nodiscard]] bool one_pass() const { return one_pass_; }

  /// Whether the same holds for all uniform nodes: else, even after one pass, the epilogue's
  /// backward pass must run again, with the joined values, for what the body does not read.
  [[nodiscard]] bool early_grads() const { return early_grads_; }

private:
  const Program* program_;
  std::vector<NodeIndex> by_level_;
  std::vector<std::size_t> level_begin_;
  std::vector<Consumer> consumers_;
  std::vector<std::size_t> consumers_begin_;
  std::vector<bool> to_parameter_, to_input_;
  std::vector<NodeIndex> grad_source_;
  std::vector<ParameterTile> tiles_;
  bool one_pass_ = true, early_grads_ = true;
};

}  // namespace levelgrad
