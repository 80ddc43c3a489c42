// SPDX-License-Identifier: MIT
#include "level_tables.h"

#include <string_view>

namespace levelgrad::cuda {

namespace {

#define LG_COUNT(name, function) +1
constexpr int op_count = 0 LG_OPS(LG_COUNT);
#undef LG_COUNT
static_assert(op_count < adds, "an opcode looks like a sum");
static_assert(static_cast<std::uint8_t>(Op::Leaf) == copies, "an opcode looks like a copy");

/// An op by its formula, where that is one of the common ones.
std::uint8_t step_code(Op op) {
  const std::string_view formula = dispatch(op, [](auto o) { return decltype(o)::value_text; });
  if (formula == "a") return copies;
  if (formula == "a + b") return adds;
  if (formula == "a * b") return multiplies;
  return static_cast<std::uint8_t>(op);
}

}  // namespace

void append_step(ForwardTable& table, const Program& program, NodeIndex node, const RefOf& value,
                 Ref result) {
  const std::span<const NodeIndex> operands = program.operands(node);
  const auto ref = [&](std::size_t k) { return value(operands[k < operands.size() ? k : 0]); };
  table.steps.push_back({ref(0), ref(1), ref(2), result});
  table.ops.push_back(step_code(program.op(node)));
}

void GatherWriter::begin(Ref result) {
  row_ = {result, static_cast<std::uint32_t>(table_.terms.size()), 0};
}

void GatherWriter::append(const Term& term) {
  table_.terms.push_back(term);
  ++row_.term_count;
}

void GatherWriter::add_copy(Ref g) { append({g, g, 0, is_copy}); }

void GatherWriter::add_product(Ref g, Ref factor) { append({g, factor, 0, is_product}); }

void GatherWriter::add(const Consumer& consumer) {
  const std::span<const NodeIndex> operands = program_.operands(consumer.node);
  const Op op = program_.op(consumer.node);
  const Derivative derivative = info(op).derivative[consumer.operand];
  const Ref g = grad_(consumer.node);
  switch (derivative.form) {
    case Form::Copy:
      return add_copy(g);
    case Form::TimesA:
      return add_product(g, value_(operands[0]));
    case Form::TimesB:
      return add_product(g, value_(operands[1]));
    case Form::TimesC:
      return add_product(g, value_(operands[2]));
    case Form::TimesY:
      return add_product(g, value_(consumer.node));
    case Form::Other:
      break;
  }
  // What the formula does not name may be gone from its slot.
  const auto operand = [&](std::size_t k) {
    return derivative.reads_operand[k] ? value_(operands[k]) : g;
  };
  const Ref y = derivative.reads_result ? value_(consumer.node) : g;
  const auto rest = static_cast<std::uint32_t>(table_.rests.size());
  table_.rests.push_back({operand(1), operand(2), y});
  const std::uint32_t code = first_other + 3 * static_cast<std::uint32_t>(op) + consumer.operand;
  append({g, operand(0), rest, code});
}

}  // namespace levelgrad::cuda
