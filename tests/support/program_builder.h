// SPDX-License-Identifier: MIT
//
// Programs made node by node, without Values: any order, dead nodes allowed. build() brings them
// into canonical order, which Program insists on.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "levelgrad/program.h"

namespace levelgrad::testing {

class ProgramBuilder {
public:
  /// The number of a node, in the order of the calls.
  using Id = std::uint32_t;

  ProgramBuilder() = default;
  /// The nodes and outputs of a Program; ids are its node numbers.
  explicit ProgramBuilder(const Program& program);

  Id parameter(double initial);
  Id input();
  Id constant(double number);
  Id operation(Op op, std::vector<Id> operands);
  Id operation(Op op, Id a) { return operation(op, std::vector<Id>{a}); }
  Id operation(Op op, Id a, Id b) { return operation(op, std::vector<Id>{a, b}); }
  /// The first output is the root. Names are "o0", "o1", ... where none is given.
  void output(Id node, std::string name = {});

  [[nodiscard]] std::size_t output_count() const { return outputs_.size(); }
  void drop_output(std::size_t k) {
    outputs_.erase(outputs_.begin() + static_cast<std::ptrdiff_t>(k));
  }
  /// Lets all that reads node, outputs too, read another one that was made before it.
  void replace(Id node, Id by);
  /// Takes out a parameter or an input that nothing reads; its id stays in use.
  void drop_leaf(Id node) { nodes_[node].dropped = true; }

  /// Errors: ProgramError, as the constructor of Program.
  [[nodiscard]] Program build() const;

private:
  enum class Kind : unsigned char { Parameter, Input, Constant, Operation };
  struct Made {
    Kind kind;
    Op op = Op::Leaf;
    std::vector<Id> operands = {};
    double number = 0;
    std::string name = {};
    bool dropped = false;
  };
  struct Out {
    std::string name;
    Id node;
  };

  Id add(Made node) {
    nodes_.push_back(std::move(node));
    return static_cast<Id>(nodes_.size() - 1);
  }
  [[nodiscard]] std::vector<Id> walk() const;

  std::vector<Made> nodes_;
  std::vector<Out> outputs_;
  std::size_t parameter_count_ = 0, input_count_ = 0;
};

}  // namespace levelgrad::testing
