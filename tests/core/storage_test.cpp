// SPDX-License-Identifier: MIT
//
// Storage under an interpreter that computes in its slots and knows whose number each holds.
#include "levelgrad/storage.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <set>

#include "levelgrad/reference_executor.h"
#include "support/bits.h"
#include "support/lane.h"
#include "support/sample_programs.h"

namespace levelgrad {
namespace {

using testing::same_bits;

/// A number's name: the value or the grad of a node.
struct Id {
  bool is_grad = false;
  NodeIndex node = 0;
  friend auto operator<=>(const Id&, const Id&) = default;
};

/// Runs one lane in slots. Every read must find the number that it expects, written by its owner;
/// what a formula does not name is handed over as NaN.
class SlotMachine {
public:
  SlotMachine(const Schedule& schedule, const StorageNeeds& needs, RunOrder order,
              const NodeNumbers& expected)
      : schedule_(schedule),
        program_(schedule.program()),
        needs_(needs),
        order_(order),
        expected_(expected),
        storage_(allocate(schedule, needs, order)),
        slots_(static_cast<std::size_t>(storage_.slot_count)) {}

  void run() {
    for (NodeIndex n = program_.inputs().begin; n < program_.inputs().end; ++n) {
      if (storage_.value_slot[n] != Storage::none) write({false, n}, expected_.values[n]);
    }
    for (const std::vector<NodeIndex>& group : groups()) run_group(group, &SlotMachine::forward);
    read_outputs();
    in_backward_ = true;
    if (needs_.backward) {
      std::vector<std::vector<NodeIndex>> reversed = groups();
      std::ranges::reverse(reversed);
      for (const std::vector<NodeIndex>& group : reversed) {
        run_group(group, &SlotMachine::backward);
      }
      backward_of_inputs();
      read_tiles();
    }
    check_the_end();
  }

  [[nodiscard]] const Storage& storage() const { return storage_; }
  [[nodiscard]] std::size_t backward_values() const { return backward_values_.size(); }

private:
  struct Slot {
    Id owner = {false, std::numeric_limits<NodeIndex>::max()};
    double number = std::numeric_limits<double>::quiet_NaN();
  };
  struct Result {
    Id id;
    double number;
    std::set<int> read;  ///< slots
  };

  /// What runs at once: a level, or a node.
  [[nodiscard]] std::vector<std::vector<NodeIndex>> groups() const {
    std::vector<std::vector<NodeIndex>> result;
    if (order_ == RunOrder::ByLevel) {
      for (std::size_t level = 1; level < schedule_.level_count(); ++level) {
        result.emplace_back(schedule_.level(level).begin(), schedule_.level(level).end());
      }
    } else {
      for (NodeIndex n = program_.body().begin; n < program_.body().end; ++n) result.push_back({n});
    }
    return result;
  }

  /// All nodes of a group at once: no result may stand where another of them still reads.
  void run_group(const std::vector<NodeIndex>& group, bool (SlotMachine::*compute)(NodeIndex)) {
    std::vector<Result> results;
    std::set<int> read, written;
    for (const NodeIndex node : group) {
      result_ = {};
      if (!(this->*compute)(node)) continue;
      read.insert(result_.read.begin(), result_.read.end());
      results.push_back(result_);
    }
    for (const Result& result : results) {
      const int slot = slot_of(result.id);
      ASSERT_FALSE(read.contains(slot)) << "a result in a slot that is read: " << name(result.id);
      ASSERT_TRUE(written.insert(slot).second) << "two results in one slot: " << name(result.id);
      write(result.id, result.number);
    }
  }

  bool forward(NodeIndex node) {
    double x[3] = {};
    const std::span<const NodeIndex> operands = program_.operands(node);
    for (std::size_t k = 0; k < operands.size(); ++k) x[k] = value(operands[k]);
    result_.id = {false, node};
    result_.number = testing::value_of(program_.op(node), x);
    EXPECT_TRUE(same_bits(expected_.values[node], result_.number)) << name(result_.id);
    return true;
  }

  bool backward(NodeIndex node) {
    const bool needed = needs_.everything || schedule_.leads_to_parameter(node) ||
                        (needs_.input_grads && schedule_.leads_to_input(node));
    if (!needed) return false;
    if (schedule_.grad_source(node) != node) return false;
    double grad = 0;
    for (const Consumer& consumer : schedule_.consumers(node)) {
      grad += program_.joins(consumer.node) ? seed(consumer.node) : contribution(consumer);
    }
    result_.id = {true, node};
    result_.number = grad;
    EXPECT_TRUE(same_bits(expected_.grads[node], grad)) << name(result_.id);
    return true;
  }

  void backward_of_inputs() {
    if (!needs_.input_grads && !needs_.everything) return;
    std::vector<NodeIndex> inputs;
    for (NodeIndex n = program_.inputs().begin; n < program_.inputs().end; ++n) inputs.push_back(n);
    run_group(inputs, &SlotMachine::backward);
  }

  /// The batch has one example, so mean's weight is 1.
  [[nodiscard]] double seed(NodeIndex join) const { return expected_.grads[join]; }

  double contribution(const Consumer& consumer) {
    const Derivative d = info(program_.op(consumer.node)).derivative[consumer.operand];
    const double nan = std::numeric_limits<double>::quiet_NaN();
    double x[3] = {nan, nan, nan};
    const std::span<const NodeIndex> operands = program_.operands(consumer.node);
    for (std::size_t k = 0; k < operands.size(); ++k) {
      if (d.reads_operand[k]) x[k] = value(operands[k]);
    }
    const double y = d.reads_result ? value(consumer.node) : nan;
    return testing::contribution_to(program_.op(consumer.node), consumer.operand,
                                    read({true, consumer.node}), x, y);
  }

  void read_outputs() {
    for (const ProgramParts::Output& output : program_.outputs()) (void)value(output.node);
    for (NodeIndex n = program_.epilogue().begin; n < program_.epilogue().end; ++n) {
      if (program_.joins(n)) (void)value(program_.operands(n)[0]);
    }
  }

  void read_tiles() {
    for (const ParameterTile& tile : schedule_.tiles()) {
      for (const std::vector<Factor>& factors : {tile.row, tile.column}) {
        for (const Factor& factor : factors) {
          if (factor.kind == Factor::Kind::NodeValue) (void)value(factor.node);
          if (factor.kind == Factor::Kind::NodeGrad) (void)read({true, factor.node});
          if (factor.kind != Factor::Kind::Contribution) continue;
          const double expected =
              testing::contribution_of(program_, factor.node, factor.operand, expected_);
          EXPECT_TRUE(same_bits(expected, contribution({factor.node, factor.operand})));
        }
      }
    }
  }

  void check_the_end() {
    for (NodeIndex n = 0; n < program_.node_count(); ++n) {
      if (!program_.varying(n)) {
        EXPECT_EQ(Storage::none, storage_.value_slot[n]);
        EXPECT_EQ(Storage::none, storage_.grad_slot[n]);
        continue;
      }
      const bool input_grads = needs_.backward && needs_.input_grads;
      if (needs_.everything) (void)value(n);
      const bool grad = needs_.everything && needs_.backward;
      if (grad || (input_grads && program_.inputs().holds(n))) (void)read({true, n});
      if (!needs_.backward) {
        EXPECT_EQ(Storage::none, storage_.grad_slot[n]);
      }
    }
  }

  [[nodiscard]] int slot_of(Id id) const {
    return id.is_grad ? storage_.grad_slot[id.node] : storage_.value_slot[id.node];
  }
  [[nodiscard]] std::string name(Id id) const {
    return (id.is_grad ? "grad of " : "value of ") + program_.describe(id.node);
  }
  void write(Id id, double number) {
    const int slot = slot_of(id);
    ASSERT_GE(slot, 0) << name(id);
    ASSERT_LT(slot, storage_.slot_count) << name(id);
    slots_[static_cast<std::size_t>(slot)] = {id, number};
  }
  double value(NodeIndex node) {
    if (!program_.varying(node)) return expected_.values[node];
    if (in_backward_) backward_values_.insert(node);
    return read({false, node});
  }
  double read(Id id) {
    const int slot = slot_of(id);
    EXPECT_GE(slot, 0) << name(id);
    if (slot < 0) return 0;
    result_.read.insert(slot);
    const Slot& found = slots_[static_cast<std::size_t>(slot)];
    const Id owner = {id.is_grad, id.is_grad ? schedule_.grad_source(id.node) : id.node};
    EXPECT_TRUE(owner == found.owner) << name(id) << " was read, slot " << slot << " has another";
    const double expected = (id.is_grad ? expected_.grads : expected_.values)[id.node];
    EXPECT_TRUE(same_bits(expected, found.number)) << name(id);
    return found.number;
  }

  const Schedule& schedule_;
  const Program& program_;
  StorageNeeds needs_;
  RunOrder order_;
  const NodeNumbers& expected_;
  Storage storage_;
  std::vector<Slot> slots_;
  Result result_;
  std::set<NodeIndex> backward_values_;
  bool in_backward_ = false;
};

const std::vector<StorageNeeds> all_needs = {
    {.backward = true, .input_grads = false, .everything = false},
    {.backward = true, .input_grads = true, .everything = false},
    {.backward = true, .input_grads = false, .everything = true},
    {.backward = true, .input_grads = true, .everything = true},
    {.backward = false, .input_grads = false, .everything = false},
    {.backward = false, .input_grads = true, .everything = false},
    {.backward = false, .input_grads = false, .everything = true}};

void check_storage(const Program& program, std::uint64_t seed) {
  const Schedule schedule(program);
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> number(-2, 2);
  std::vector<double> inputs;
  for (std::size_t k = 0; k < program.input_count(); ++k) inputs.push_back(number(random));
  ReferenceExecutor executor;
  executor.load(program);
  const NodeNumbers expected = executor.inspect(Batch{1, inputs}, 0);
  for (const StorageNeeds& needs : all_needs) {
    for (const RunOrder order : {RunOrder::Canonical, RunOrder::ByLevel}) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", backward " + std::to_string(needs.backward) +
                   ", input_grads " + std::to_string(needs.input_grads) + ", everything " +
                   std::to_string(needs.everything) + ", order " +
                   std::to_string(static_cast<int>(order)));
      SlotMachine machine(schedule, needs, order, expected);
      machine.run();
      if (!needs.everything) {
        const std::size_t kept = needs.backward ? machine.backward_values() : 0;
        EXPECT_EQ(kept, static_cast<std::size_t>(machine.storage().kept_count));
      }
      if (::testing::Test::HasFailure()) return;
    }
  }
}

TEST(Storage, NoTwoNumbersAliveShareASlot) {
  for (std::uint64_t seed = 0; seed < 300 && !HasFailure(); ++seed) {
    check_storage(testing::random_program(seed, {.body_ops = 30, .tame = seed % 2 == 0}), seed);
  }
}

TEST(Storage, OfWideAndOfDeepPrograms) {
  check_storage(testing::moons_program(), 1);
  for (std::uint64_t seed = 0; seed < 5 && !HasFailure(); ++seed) {
    check_storage(testing::random_program(seed, {.body_ops = 400, .tame = true}), seed);
    check_storage(testing::random_program(seed, {.inputs = 40, .body_ops = 50}), seed);
  }
}

TEST(Storage, OfARootThatNeedsNoBody) {
  const Graph::Scope scope;
  const Value w = 2.0;
  check_storage(record(std::vector{w},
                       [&](Recording& example) { example.output("sum", example.input("x")); }),
                1);
  check_storage(record(std::vector{w},
                       [&](Recording& example) {
                         (void)example.input("x");
                         example.output("penalty", square(w));
                       }),
                2);
}

TEST(Storage, OfTheMoonsNet) {
  const Program program = testing::moons_program();
  const Schedule schedule(program);
  const Storage training = allocate(schedule, {});
  EXPECT_EQ(70, training.slot_count);
  EXPECT_EQ(68, training.kept_count);
  const Storage forward = allocate(schedule, {.backward = false});
  EXPECT_LT(forward.slot_count, 45);  // two layers' worth
  EXPECT_EQ(0, forward.kept_count);
  const Storage everything = allocate(schedule, {.everything = true});
  EXPECT_GT(everything.slot_count, 644);
}

}  // namespace
}  // namespace levelgrad
