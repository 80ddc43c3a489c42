// SPDX-License-Identifier: MIT
//
// LaneCode under an interpreter that knows which number each slot holds.
#include "levelgrad/lane_code.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "support/conformance_cases.h"
#include "support/random_program.h"
#include "support/sample_programs.h"

namespace levelgrad {
namespace {

using Kind = Factor::Kind;

/// Follows the code as the text of it runs: a piece knows what it has computed, and what slots
/// hold.
class Follower {
public:
  explicit Follower(const LaneCode& code) : code_(code), schedule_(code.schedule()) {}

  void run() {
    for (const std::vector<Factor>& piece : code_.pieces()) {
      inside_.clear();
      EXPECT_LE(piece.size(), code_.needs().piece_size);
      for (const Factor& number : piece) compute(number);
    }
  }
  void expect_in_slot(LaneSlot slot, const Factor& number) {
    ASSERT_TRUE(held_.contains(slot)) << slot;
    EXPECT_EQ(held_.at(slot), number) << slot;
  }

private:
  void compute(const Factor& number) {
    const Program& program = code_.program();
    switch (number.kind) {
      case Kind::NodeValue:
        for (const NodeIndex operand : program.operands(number.node)) read_value(operand);
        break;
      case Kind::NodeGrad:
        EXPECT_TRUE(code_.computes_grad(number.node));
        for (const Consumer& consumer : schedule_.consumers(number.node)) {
          if (!program.joins(consumer.node)) read_contribution(consumer);
        }
        break;
      case Kind::Contribution:
        read_contribution({number.node, number.operand});
        break;
      case Kind::One:
        ADD_FAILURE() << "1 is not computed";
    }
    EXPECT_TRUE(computed_.insert(number).second) << "computed twice: node " << number.node;
    inside_.insert(number);
    if (const LaneSlot* slot = code_.slot(number)) {
      EXPECT_LT(*slot, code_.slot_count());
      held_[*slot] = number;
    }
  }
  void read_contribution(const Consumer& consumer) {
    const Program& program = code_.program();
    const Derivative d = info(program.op(consumer.node)).derivative[consumer.operand];
    read({Kind::NodeGrad, 0, schedule_.grad_source(consumer.node)});
    const std::span<const NodeIndex> operands = program.operands(consumer.node);
    for (std::size_t k = 0; k < operands.size(); ++k) {
      if (d.reads_operand[k]) read_value(operands[k]);
    }
    if (d.reads_result) read_value(consumer.node);
  }
  void read_value(NodeIndex node) {
    if (code_.program().varying(node)) read({Kind::NodeValue, 0, node});
  }
  void read(const Factor& number) {
    if (inside_.contains(number)) return;
    ASSERT_TRUE(computed_.contains(number)) << "node " << number.node << " is not computed yet";
    ASSERT_NE(code_.slot(number), nullptr) << "node " << number.node << " is not kept";
    expect_in_slot(*code_.slot(number), number);
  }

  const LaneCode& code_;
  const Schedule& schedule_;
  std::set<Factor> inside_, computed_;
  std::map<LaneSlot, Factor> held_;
};

/// A tile's contributions to a node: pairs of factors, without order in a pair.
using Products = std::vector<std::set<Factor>>;

/// What each node's fold multiplies, in the order of the terms, as the tiles have it.
std::map<std::uint32_t, Products> products_of_tiles(const Schedule& schedule) {
  std::map<std::uint32_t, Products> products;
  for (const ParameterTile& tile : schedule.tiles()) {
    for (std::size_t i = 0; i < tile.node.size(); ++i) {
      const auto index = static_cast<std::uint32_t>(schedule.program().shared_index(tile.node[i]));
      for (std::size_t t = 0; t < tile.term_count; ++t) {
        products[index].push_back({tile.row_factor(t, i / tile.column_count),
                                   tile.column_factor(t, i % tile.column_count)});
      }
    }
  }
  return products;
}

/// The same by slots.
std::map<std::uint32_t, Products> products_of_folds(const LaneCode& code) {
  std::map<LaneSlot, Factor> in_slot = {{LaneFold::one, Factor{}}};
  for (const std::vector<Factor>& piece : code.pieces()) {
    for (const Factor& number : piece) {
      const LaneSlot* slot = code.slot(number);
      if (slot != nullptr && *slot < code.factor_count()) in_slot.emplace(*slot, number);
    }
  }
  std::map<std::uint32_t, Products> products;
  for (const LaneFold& fold : code.folds()) {
    EXPECT_EQ(fold.row.size(), fold.term_count * fold.row_count);
    EXPECT_EQ(fold.column.size(), fold.term_count * fold.column_count);
    EXPECT_EQ(fold.sum.size(), fold.row_count * fold.column_count);
    for (std::size_t i = 0; i < fold.sum.size(); ++i) {
      EXPECT_FALSE(products.contains(fold.sum[i])) << "folded twice";
      Products own;
      for (std::size_t t = 0; t < fold.term_count; ++t) {
        own.push_back({in_slot.at(fold.row[t * fold.row_count + i / fold.column_count]),
                       in_slot.at(fold.column[t * fold.column_count + i % fold.column_count])});
      }
      products[fold.sum[i]] = own;
    }
  }
  return products;
}

void check(const Program& program) {
  const Schedule schedule(program);
  for (const bool input_grads : {false, true}) {
    for (const std::size_t piece_size : {1, 7, 50, 4000}) {
      const LaneCode code(schedule, {.input_grads = input_grads, .piece_size = piece_size});
      Follower follower(code);
      follower.run();
      for (const std::vector<Factor>& piece : code.pieces()) {
        for (const Factor& number : piece) {  // folds come behind the last piece
          const LaneSlot* slot = code.slot(number);
          if (slot != nullptr && *slot < code.factor_count()) {
            follower.expect_in_slot(*slot, number);
          }
        }
      }
      EXPECT_EQ(products_of_folds(code), products_of_tiles(schedule));
    }
  }
  const LaneCode forward(schedule, {.backward = false, .piece_size = 5});
  Follower(forward).run();
  EXPECT_TRUE(forward.folds().empty());
}

TEST(LaneCode, KeepsWhatIsRead) {
  for (const auto& test : testing::net_cases<double>()) {
    if (test.example_count == 5) check(test.programs.front());
  }
  for (const auto& test : testing::odd_cases<double>()) {
    if (test.example_count <= 1) check(test.programs.front());
  }
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    check(testing::random_case<double>({seed, 1, 1, 60}).programs.front());
  }
}

}  // namespace
}  // namespace levelgrad
