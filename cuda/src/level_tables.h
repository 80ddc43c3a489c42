// SPDX-License-Identifier: MIT
//
// Tables of rows in host memory, and what writes their terms.
#pragma once

#include <functional>
#include <vector>

#include "levelgrad/schedule.h"
#include "table.h"

namespace levelgrad::cuda {

/// Steps by level; a level's rows are independent, equal ops side by side.
struct ForwardTable {
  std::vector<std::uint32_t> level_begin = {0};  ///< [levels + 1]
  std::vector<Step> steps;
  std::vector<std::uint8_t> ops;  ///< [step]

  void end_level() { level_begin.push_back(static_cast<std::uint32_t>(steps.size())); }
};

/// Gathers by level, in the order in which the backward pass runs them.
struct BackwardTable {
  std::vector<std::uint32_t> level_begin = {0};
  std::vector<Gather> gathers;
  std::vector<Term> terms;
  std::vector<Rest> rests;

  void end_level() { level_begin.push_back(static_cast<std::uint32_t>(gathers.size())); }
};

/// Where a node's value or grad is.
using RefOf = std::function<Ref(NodeIndex)>;

/// Appends the step of an operation.
void append_step(ForwardTable& table, const Program& program, NodeIndex node, const RefOf& value,
                 Ref result);

/// Appends gathers to a table, term by term.
class GatherWriter {
public:
  GatherWriter(BackwardTable& table, const Program& program, RefOf value, RefOf grad)
      : table_(table), program_(program), value_(std::move(value)), grad_(std::move(grad)) {}

  void begin(Ref result);
  void add_copy(Ref g);
  void add_product(Ref g, Ref factor);
  /// What a consumer contributes, as its op says.
  void add(const Consumer& consumer);
  /// The row that began last; it goes into the table's levels only where it is pushed.
  [[nodiscard]] const Gather& row() const { return row_; }
  void push() { table_.gathers.push_back(row_); }

private:
  void append(const Term& term);

  BackwardTable& table_;
  const Program& program_;
  RefOf value_, grad_;
  Gather row_ = {};
};

}  // namespace levelgrad::cuda
