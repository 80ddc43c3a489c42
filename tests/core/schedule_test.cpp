// SPDX-License-Identifier: MIT
//
// Schedules of random Programs against what the numerics contract says of order and numbers.
#include "levelgrad/schedule.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "levelgrad/reference_executor.h"
#include "support/bits.h"
#include "support/lane.h"
#include "support/sample_programs.h"

namespace levelgrad {
namespace {

using testing::same_bits;

template <class T>
std::vector<T> random_inputs(const Program& program, std::size_t examples, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> number(-2, 2);
  std::vector<T> inputs;
  for (std::size_t i = 0; i < examples * program.input_count(); ++i) {
    inputs.push_back(static_cast<T>(number(random)));
  }
  return inputs;
}

template <class T>
BasicNodeNumbers<T> inspected(const Program& program, const std::vector<T>& inputs,
                              std::size_t examples, std::size_t example) {
  BasicReferenceExecutor<T> executor;
  executor.load(program);
  return executor.inspect(BasicBatch<T>{examples, inputs}, example);
}

TEST(Schedule, LevelsPartitionTheBody) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const Program program = testing::random_program(seed);
    const Schedule schedule(program);
    std::map<NodeIndex, std::size_t> level_of;
    std::size_t count = 0;
    for (std::size_t level = 0; level < schedule.level_count(); ++level) {
      ASSERT_EQ(level > 0 && schedule.level(level).empty(), false);
      std::set<Op> left;
      Op before = Op::Leaf;
      NodeIndex node_before = 0;
      for (const NodeIndex node : schedule.level(level)) {
        ASSERT_EQ(level == 0, program.inputs().holds(node));
        ASSERT_TRUE(program.varying(node));
        // The same ops side by side, in canonical order.
        if (program.op(node) != before) {
          ASSERT_TRUE(left.insert(program.op(node)).second) << "an op in two places of a level";
        } else if (level > 0) {
          ASSERT_LT(node_before, node);
        }
        before = program.op(node);
        node_before = node;
        level_of[node] = level;
        ++count;
      }
    }
    ASSERT_EQ(count, level_of.size());
    ASSERT_EQ(program.body().size() + program.input_count(), count);
    for (const auto& [node, level] : level_of) {
      std::size_t longest = 0;
      for (const NodeIndex operand : program.operands(node)) {
        if (!program.varying(operand)) continue;
        ASSERT_LT(level_of.at(operand), level);
        longest = std::max(longest, level_of.at(operand));
      }
      if (program.body().holds(node)) {
        ASSERT_EQ(longest + 1, level);
      }
    }
  }
}

/// Rule 3, by recursion: operands left to right, then the node, each node once.
void walk(const Program& program, NodeIndex node, std::vector<NodeIndex>& order) {
  if (std::ranges::find(order, node) != order.end()) return;
  for (const NodeIndex operand : program.operands(node)) walk(program, operand, order);
  order.push_back(node);
}

TEST(Schedule, ConsumersAreInTheOrderOfTheContract) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const Program program = testing::random_program(seed);
    const Schedule schedule(program);
    std::vector<NodeIndex> order;
    walk(program, program.root(), order);
    // Rule 4: prologue, body and epilogue, each in that order; the backward pass in reverse.
    std::ranges::stable_sort(order, {}, [&](NodeIndex node) {
      return program.epilogue().holds(node) ? 2 : program.body().holds(node) ? 1 : 0;
    });
    std::ranges::reverse(order);
    std::vector<std::vector<std::pair<NodeIndex, int>>> expected(program.node_count());
    for (const NodeIndex node : order) {
      for (int k = 0; k < info(program.op(node)).active; ++k) {
        expected[program.operands(node)[static_cast<std::size_t>(k)]].emplace_back(node, k);
      }
    }
    for (NodeIndex node = 0; node < program.node_count(); ++node) {
      std::vector<std::pair<NodeIndex, int>> found;
      for (const Consumer& c : schedule.consumers(node)) found.emplace_back(c.node, c.operand);
      ASSERT_EQ(expected[node], found) << "seed " << seed << ", " << program.describe(node);
    }
  }
}

/// Whether a grad that arrives at the node is carried on to one of the leaves.
bool carries(const Program& program, NodeIndex node, NodeRange leaves) {
  if (leaves.holds(node)) return true;
  if (!program.under_root(node)) return false;
  for (int k = 0; k < info(program.op(node)).active; ++k) {
    if (carries(program, program.operands(node)[static_cast<std::size_t>(k)], leaves)) return true;
  }
  return false;
}

TEST(Schedule, KnowsWhichGradsReachLeaves) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const Program program = testing::random_program(seed, {.body_ops = 10});
    const Schedule schedule(program);
    for (NodeIndex node = 0; node < program.node_count(); ++node) {
      ASSERT_EQ(carries(program, node, program.parameters()), schedule.leads_to_parameter(node));
      ASSERT_EQ(carries(program, node, program.inputs()), schedule.leads_to_input(node));
    }
  }
}

TEST(Schedule, AGradSourceHasTheSameGrad) {
  std::size_t copies = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const Program program = testing::random_program(seed, {.tame = seed % 2 == 0});
    const Schedule schedule(program);
    const auto inputs = random_inputs<double>(program, 2, seed);
    const NodeNumbers numbers = inspected(program, inputs, 2, 1);
    for (NodeIndex node = 0; node < program.node_count(); ++node) {
      const NodeIndex source = schedule.grad_source(node);
      ASSERT_EQ(source, schedule.grad_source(source));
      const std::span<const Consumer> readers = schedule.consumers(node);
      const bool is_copy =
          program.varying(node) && readers.size() == 1 && program.body().holds(readers[0].node) &&
          info(program.op(readers[0].node)).derivative[readers[0].operand].form == Form::Copy;
      ASSERT_EQ(is_copy, source != node) << program.describe(node);
      if (!is_copy) continue;
      ASSERT_EQ(schedule.grad_source(readers[0].node), source);
      ASSERT_TRUE(same_bits(numbers.grads[node], numbers.grads[source]))
          << "seed " << seed << ", " << program.describe(node);
      copies += numbers.grads[node] != 0;
    }
  }
  EXPECT_GT(copies, 50U);
}

/// Rules 3 and 4 for the grad of one uniform node, by hand: what the epilogue leaves, the lanes'
/// contributions by chunks, the prologue's contributions.
template <class T>
class GradByTiles {
public:
  GradByTiles(const Schedule& schedule, const std::vector<T>& inputs, std::size_t examples)
      : schedule_(schedule),
        program_(schedule.program()),
        shared_(inspected(program_, inputs, examples, 0)) {
    const std::size_t width = program_.input_count();
    for (std::size_t i = 0; i < examples; ++i) {
      lanes_.push_back(testing::lane(
          program_, shared_, std::span<const T>(inputs).subspan(i * width, width), examples));
    }
  }

  [[nodiscard]] const BasicNodeNumbers<T>& lane(std::size_t i) const { return lanes_[i]; }

  T grad(const ParameterTile& tile, std::size_t r, std::size_t c) const {
    const NodeIndex node = tile.node[r * tile.column_count + c];
    const std::size_t chunks = chunk_count(lanes_.size());
    ChunkTree<T> tree(1);
    for (std::size_t chunk = 0; chunk < chunks; ++chunk) {
      const bool last = chunk + 1 == chunks;
      T fold = last ? with_contributions(T(0), node, program_.epilogue()) : T(0);
      const ChunkRange range = chunk_range(chunk, lanes_.size());
      for (std::size_t i = range.end; i-- > range.begin;) {
        for (std::size_t t = 0; t < tile.term_count; ++t) {
          fold = fold + number(tile.row_factor(t, r), i) * number(tile.column_factor(t, c), i);
        }
      }
      tree.push(std::span<const T>(&fold, 1));
    }
    T total = 0;
    tree.finish(std::span(&total, 1));
    return with_contributions(total, node, program_.prologue());
  }
  [[nodiscard]] T expected(NodeIndex node) const { return shared_.grads[node]; }

private:
  [[nodiscard]] T with_contributions(T fold, NodeIndex node, NodeRange of_part) const {
    for (const Consumer& consumer : schedule_.consumers(node)) {
      if (!of_part.holds(consumer.node)) continue;
      fold = fold + testing::contribution_of(program_, consumer.node, consumer.operand, shared_);
    }
    return fold;
  }
  [[nodiscard]] T number(const Factor& factor, std::size_t i) const {
    switch (factor.kind) {
      case Factor::Kind::One:
        return T(1);
      case Factor::Kind::NodeValue:
        return lanes_[i].values[factor.node];
      case Factor::Kind::NodeGrad:
        return lanes_[i].grads[factor.node];
      case Factor::Kind::Contribution:
        return testing::contribution_of(program_, factor.node, factor.operand, lanes_[i]);
    }
    return T(0);
  }

  const Schedule& schedule_;
  const Program& program_;
  BasicNodeNumbers<T> shared_;
  std::vector<BasicNodeNumbers<T>> lanes_;
};

template <class T>
void check_tile_grads(const Program& program, std::size_t examples, std::uint64_t seed) {
  const Schedule schedule(program);
  const GradByTiles<T> by_tiles(schedule, random_inputs<T>(program, examples, seed), examples);
  for (const ParameterTile& tile : schedule.tiles()) {
    for (std::size_t r = 0; r < tile.row_count; ++r) {
      for (std::size_t c = 0; c < tile.column_count; ++c) {
        const NodeIndex node = tile.node[r * tile.column_count + c];
        const T expected = by_tiles.expected(node), found = by_tiles.grad(tile, r, c);
        ASSERT_TRUE(same_bits(expected, found))
            << program.describe(node) << ": " << expected << ", " << found << " for " << examples
            << " examples, seed " << seed;
      }
    }
  }
}

TEST(ParameterTiles, HoldEachNodeOnce) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const Program program = testing::random_program(seed);
    const Schedule schedule(program);
    std::multiset<NodeIndex> found, expected;
    for (const ParameterTile& tile : schedule.tiles()) {
      ASSERT_LE(tile.row_count, tile.column_count);
      ASSERT_EQ(tile.row_count * tile.column_count, tile.node.size());
      ASSERT_EQ(tile.term_count * tile.row_count, tile.row.size());
      ASSERT_EQ(tile.term_count * tile.column_count, tile.column.size());
      ASSERT_GT(tile.term_count, 0U);
      found.insert(tile.node.begin(), tile.node.end());
    }
    for (NodeIndex node = 0; node < program.node_count(); ++node) {
      const bool read = std::ranges::any_of(schedule.consumers(node), [&](const Consumer& c) {
        return program.body().holds(c.node);
      });
      const bool leads = carries(program, node, program.parameters());
      if (read && leads && !program.varying(node)) expected.insert(node);
    }
    ASSERT_EQ(expected, found) << seed;
  }
}

TEST(ParameterTiles, FoldToTheGradsOfTheReference) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const Program program = testing::random_program(seed, {.tame = seed % 4 != 0});
    for (const std::size_t examples : {1U, 2U, 5U, 128U, 129U}) {
      check_tile_grads<double>(program, examples, seed);
    }
  }
  for (std::uint64_t seed = 60; seed < 70; ++seed) {
    const Program program = testing::random_program<float>(seed, {.tame = true});
    for (const std::size_t examples : {3U, 256U, 300U}) {
      check_tile_grads<float>(program, examples, seed);
    }
  }
}

TEST(ParameterTiles, FoldToTheGradsOfTheReferenceForEveryBatchSize) {
  const Program program = [] {
    const Graph::Scope scope;
    PythonRandom random(1);
    const MLP mlp(2, {5, 1}, random, Activation::Tanh);
    return record(mlp.parameters(), [&](Recording& example) {
      const Value loss = hinge(mlp(example.inputs("x", 2)).front(), example.input("y"));
      example.output("loss", mean(loss) + 1e-2 * l2(mlp.parameters()));
    });
  }();
  for (std::size_t examples = 1; examples <= 300; ++examples) {
    check_tile_grads<double>(program, examples, examples);
  }
}

TEST(ParameterTiles, OfTheMoonsNetFoldToTheGradsOfTheReference) {
  for (const std::size_t examples : {1U, 2U, 129U}) {
    check_tile_grads<double>(testing::moons_program(), examples, 1);
    check_tile_grads<float>(testing::moons_program<float>(), examples, 1);
  }
}

TEST(ParameterTiles, ALaneByHandIsTheReferences) {
  const Program program = testing::random_program(11, {.tame = true});
  const std::size_t examples = 130;
  const std::vector<double> inputs = random_inputs<double>(program, examples, 1);
  const Schedule schedule(program);
  const GradByTiles<double> by_hand(schedule, inputs, examples);
  for (const std::size_t i : {0U, 1U, 127U, 128U, 129U}) {
    const NodeNumbers numbers = inspected(program, inputs, examples, i);
    for (NodeIndex node = 0; node < program.node_count(); ++node) {
      EXPECT_TRUE(same_bits(numbers.values[node], by_hand.lane(i).values[node]));
      EXPECT_TRUE(same_bits(numbers.grads[node], by_hand.lane(i).grads[node]))
          << program.describe(node);
    }
  }
}

TEST(ParameterTiles, OfTheMoonsNet) {
  const Program program = testing::moons_program();
  const Schedule schedule(program);
  std::set<std::pair<std::size_t, std::size_t>> sizes;
  for (const ParameterTile& tile : schedule.tiles()) {
    EXPECT_EQ(1U, tile.term_count);
    sizes.emplace(tile.row_count, tile.column_count);
  }
  EXPECT_EQ(3U, schedule.tiles().size());
  EXPECT_EQ((std::set<std::pair<std::size_t, std::size_t>>{{3, 16}, {16, 17}, {1, 17}}), sizes);
  EXPECT_EQ(43U, schedule.level_count());
}

/// A Program of one parameter w, one input x and the root that f makes.
template <class F>
Program with_root(const F& f) {
  const Graph::Scope scope;
  const std::vector<Value> w = {0.75, -1.25};
  return record(w, [&](Recording& example) {
    const Value x = example.input("x");
    example.output("root", f(w[0] * x, cos(w[1] + x), w[0]));
  });
}

TEST(OnePass, LeavesWhatOnlyTheEpilogueReadsForLater) {
  const std::vector<Value> w = {0.75, -1.25};
  const auto recorded = [&](const auto& f) {
    return record(w, [&](Recording& example) {
      example.output("root", f(mean(w[0] * example.input("x")), w[1]));
    });
  };
  using V = const Value&;
  const Program late = recorded([](V joined, V only_here) { return joined * only_here; });
  EXPECT_TRUE(Schedule(late).one_pass());
  EXPECT_FALSE(Schedule(late).early_grads());
  const Program early = recorded([](V joined, V only_here) { return joined + square(only_here); });
  EXPECT_TRUE(Schedule(early).early_grads());
  EXPECT_TRUE(Schedule(testing::moons_program()).early_grads());
  // The grads of constants depend on joined values, but nobody asks for them.
  EXPECT_TRUE(Schedule(recorded([](V joined, V) { return 0.5 * joined; })).early_grads());
  const Program twice = record(w, [&](Recording& example) {
    const Value x = example.input("x");
    example.output("loss", mean(square(2.0 * x - w[0])) * 2.0);
  });
  EXPECT_TRUE(Schedule(twice).one_pass());
}

TEST(OnePass, WhereJoinsSeedsDependOnNoJoinedValue) {
  using V = const Value&;
  const auto one_pass = [](const auto& f) { return Schedule(with_root(f)).one_pass(); };
  EXPECT_TRUE(Schedule(testing::moons_program()).one_pass());
  EXPECT_TRUE(one_pass([](V a, V, V) { return mean(a); }));
  EXPECT_TRUE(one_pass([](V a, V, V) { return a; }));
  EXPECT_TRUE(one_pass([](V a, V b, V) { return mean(a) + mean(b); }));
  EXPECT_TRUE(one_pass([](V a, V b, V) { return 2.0 * mean(a) - sum(b); }));
  EXPECT_TRUE(one_pass([](V a, V, V w) { return mean(a) + square(w); }));
  EXPECT_TRUE(one_pass([](V a, V, V w) { return mean(a) * exp(detach(Value(1.0))) + w; }));
  EXPECT_TRUE(one_pass([](V a, V, V) { return sum(square(a)); }));
  EXPECT_FALSE(one_pass([](V a, V, V) { return square(mean(a)); }));
  EXPECT_FALSE(one_pass([](V a, V b, V) { return mean(a) * mean(b); }));
  EXPECT_FALSE(one_pass([](V a, V, V w) { return mean(a) * square(w); }));  // at w
  EXPECT_FALSE(one_pass([](V a, V, V) { return exp(mean(a)); }));
  EXPECT_FALSE(one_pass([](V a, V b, V) { return mean(a) * detach(sum(b)); }));
  EXPECT_FALSE(one_pass([](V a, V b, V) { return select(less(mean(a), 0.0), sum(b), mean(b)); }));
  EXPECT_FALSE(one_pass([](V a, V b, V) { return max(mean(a), mean(b)); }));
}

/// What the epilogue hands to the batch: the joins' grads, and what it leaves at what the body
/// reads.
std::vector<double> handed_over(const Schedule& schedule, std::uint64_t seed) {
  const Program& program = schedule.program();
  const NodeNumbers numbers = inspected(program, random_inputs<double>(program, 3, seed), 3, 0);
  std::vector<double> grads;
  for (NodeIndex node = 0; node < program.node_count(); ++node) {
    if (program.varying(node)) continue;
    if (program.joins(node)) grads.push_back(numbers.grads[node]);
    double left = 0;
    bool read_by_body = false;
    for (const Consumer& consumer : schedule.consumers(node)) {
      read_by_body = read_by_body || program.body().holds(consumer.node);
      if (!program.epilogue().holds(consumer.node)) continue;
      left += testing::contribution_of(program, consumer.node, consumer.operand, numbers);
    }
    if (read_by_body && schedule.leads_to_parameter(node)) grads.push_back(left);
  }
  return grads;
}

TEST(OnePass, IsNeverTrueWhereTheSeedsChangeWithTheBatch) {
  int one_pass = 0, changing = 0;
  for (std::uint64_t seed = 0; seed < 600; ++seed) {
    const int epilogue_ops = static_cast<int>(seed % 4);
    const Program program =
        testing::random_program(seed, {.body_ops = 5, .epilogue_ops = epilogue_ops, .tame = true});
    const Schedule schedule(program);
    const std::vector<double> first = handed_over(schedule, 1);
    bool changes = false;
    for (std::uint64_t other = 2; other < 6; ++other) {
      const std::vector<double> again = handed_over(schedule, other);
      changes = changes || !std::ranges::equal(first, again, same_bits<double>);
    }
    ASSERT_FALSE(changes && schedule.one_pass()) << seed;
    one_pass += schedule.one_pass();
    changing += changes;
  }
  EXPECT_GT(one_pass, 50);
  EXPECT_GT(changing, 50);
}

}  // namespace
}  // namespace levelgrad
