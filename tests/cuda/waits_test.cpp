// SPDX-License-Identifier: MIT
//
// Where groups of threads wait, by trial: they run ahead as far as the waits let them, in many
// orders, and must read and leave what they do when the rows run one after the other. Tests of
// whole batches do not show every wait that lacks: there groups seldom run in a bad order.
#include "waits.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <string>

#include "body_table.h"
#include "support/conformance_cases.h"
#include "uniform_table.h"
#include "views.h"

namespace levelgrad::cuda {
namespace {

using testing::BatchCase, testing::Dice, testing::random_case;

struct Row {
  std::vector<Ref> reads;
  Ref result;
};

std::vector<Row> rows_of(const ForwardTable& table) {
  std::vector<Row> rows;
  for (const Step& step : table.steps) rows.push_back({{step.a, step.b, step.c}, step.result});
  return rows;
}

std::vector<Row> rows_of(const BackwardTable& table) {
  std::vector<Row> rows;
  for (const Gather& gather : table.gathers) {
    rows.push_back({{}, gather.result});
    for (std::uint32_t t = 0; t < gather.term_count; ++t) {
      const Term& term = table.terms[gather.first_term + t];
      std::vector<Ref>& reads = rows.back().reads;
      reads.insert(reads.end(), {term.g, term.a});
      if (term.code < first_other) continue;
      const Rest& rest = table.rests[term.rest];
      reads.insert(reads.end(), {rest.b, rest.c, rest.y});
    }
  }
  return rows;
}

/// Whose number each row has found in each place that it reads, and whose are there at the end. A
/// number is known by the row that made it; 0 stands for what was there before.
struct Trace {
  std::vector<std::size_t> found;
  std::map<Ref, std::size_t> left;

  bool operator==(const Trace&) const = default;
};

/// A block that walks a table.
class Walk {
public:
  template <class Table>
  Walk(const Table& table, std::uint32_t groups)
      : rows_(rows_of(table)),
        level_begin_(table.level_begin),
        waits_(waits_of(table, groups)),
        groups_(groups) {
    for (const Row& row : rows_) first_read_.push_back(first_read_.back() + row.reads.size());
  }
  /// Prologue and epilogue read values from the array that they write to.
  void have_one_array() {
    for (Row& row : rows_) {
      for (Ref& ref : row.reads) ref = ref < 0 ? ~ref : ref;
    }
  }

  [[nodiscard]] Trace one_after_the_other() const {
    Trace trace = nothing();
    for (std::size_t row = 0; row < rows_.size(); ++row) run(row, trace);
    return trace;
  }

  /// before(a, b): whether group a, not b, takes its next row. It may be another answer each time.
  [[nodiscard]] Trace in_order(
      const std::function<bool(std::uint32_t, std::uint32_t)>& before) const {
    Trace trace = nothing();
    std::map<std::uint32_t, std::vector<std::size_t>> rows;  // [group], up to the next wait
    for (std::size_t level = 0; level < waits_.size(); ++level) {
      if (waits_[level] != 0) run_all(rows, before, trace);
      for (std::uint32_t row = level_begin_[level]; row < level_begin_[level + 1]; ++row) {
        rows[(row - level_begin_[level]) % groups_].push_back(row);
      }
    }
    run_all(rows, before, trace);
    return trace;
  }

  /// The first order that changes a number, "" where none does: each group before all others, each
  /// behind them, and all mixed.
  [[nodiscard]] std::string bad_order() const {
    const Trace wanted = one_after_the_other();
    std::uint32_t widest = 0;
    for (std::size_t level = 0; level < waits_.size(); ++level) {
      widest = std::max(widest, level_begin_[level + 1] - level_begin_[level]);
    }
    for (std::uint32_t group = 0; group < std::min(groups_, widest); ++group) {
      const auto ahead = [=](auto a, auto b) { return a == group && b != group; };
      const auto late = [=](auto a, auto b) { return a != group && b == group; };
      if (in_order(ahead) != wanted) return "group " + std::to_string(group) + " is ahead";
      if (in_order(late) != wanted) return "group " + std::to_string(group) + " is late";
    }
    Dice dice(rows_.size());
    for (int k = 0; k < 10; ++k) {
      if (in_order([&](auto, auto) { return dice.chance(30); }) != wanted) return "at random";
    }
    return "";
  }

private:
  [[nodiscard]] Trace nothing() const { return {std::vector<std::size_t>(first_read_.back()), {}}; }

  void run(std::size_t row, Trace& trace) const {
    std::size_t read = first_read_[row];
    for (const Ref ref : rows_[row].reads) trace.found[read++] = trace.left[ref];
    trace.left[rows_[row].result] = row + 1;
  }

  void run_all(std::map<std::uint32_t, std::vector<std::size_t>>& rows,
               const std::function<bool(std::uint32_t, std::uint32_t)>& before,
               Trace& trace) const {
    std::map<std::uint32_t, std::size_t> next;
    while (!rows.empty()) {
      auto chosen = rows.begin();
      for (auto other = std::next(chosen); other != rows.end(); ++other) {
        if (before(other->first, chosen->first)) chosen = other;
      }
      std::size_t& at = next[chosen->first];
      run(chosen->second[at++], trace);
      if (at == chosen->second.size()) rows.erase(chosen);
    }
  }

  std::vector<Row> rows_;
  std::vector<std::size_t> first_read_ = {0};  // [row], in Trace::found
  std::vector<std::uint32_t> level_begin_;
  std::vector<std::uint8_t> waits_;
  std::uint32_t groups_;
};

template <class Table>
std::string bad_order_of_uniform(const Table& table) {
  Walk walk(table, uniform_groups);
  walk.have_one_array();
  return walk.bad_order();
}

void check_program(const Program& program) {
  const std::vector<Schedule> schedules = {Schedule(program)};
  const Schedule& schedule = schedules.front();
  const UniformLayout layout(schedules);
  for (const StorageNeeds& needs : std::initializer_list<StorageNeeds>{
           {.backward = false}, {}, {.input_grads = true}, {.everything = true}}) {
    const BodyTable body = make_body_table(schedule, 0, layout, needs);
    for (const std::uint32_t groups : {2u, 3u, body_groups}) {
      ASSERT_EQ(Walk(body.forward, groups).bad_order(), "") << groups << " groups";
      ASSERT_EQ(Walk(body.backward, groups).bad_order(), "") << groups << " groups";
    }
  }
  ASSERT_EQ(bad_order_of_uniform(prologue_forward(schedule, layout)), "");
  ASSERT_EQ(bad_order_of_uniform(epilogue_forward(schedule, layout)), "");
  ASSERT_EQ(bad_order_of_uniform(epilogue_backward(schedule, layout)), "");
  ASSERT_EQ(bad_order_of_uniform(prologue_backward(schedule, layout)), "");
}

TEST(Waits, NoOrderOfGroupsChangesANumber) {
  for (std::uint64_t seed = 0; seed < 60 && !HasFatalFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const std::size_t size = seed % 2 == 0 ? 40 : 150;
    check_program(random_case<double>({.seed = seed, .body_size = size}).programs.front());
  }
}

TEST(Waits, NoOrderOfGroupsChangesANet) {
  for (const BatchCase<double>& test : testing::net_cases<double>()) {
    if (test.example_count != 5) continue;
    SCOPED_TRACE(test.name);
    check_program(test.programs.front());
  }
}

/// Levels of steps that read one slot and write another.
ForwardTable table_of(const std::vector<std::vector<std::pair<Ref, Ref>>>& levels) {
  ForwardTable table;
  for (const auto& level : levels) {
    for (const auto& [read, result] : level) table.steps.push_back({read, read, read, result});
    table.end_level();
  }
  return table;
}

using Bytes = std::vector<std::uint8_t>;

TEST(Waits, AGroupGoesOnWithItsOwnNumbers) {
  EXPECT_EQ(waits_of(table_of({{{0, 1}}, {{1, 2}}, {{2, 1}}, {{1, 2}}}), 2), Bytes({0, 0, 0, 0}));
  EXPECT_EQ(waits_of(table_of({{{0, 1}, {0, 2}}, {{1, 3}, {2, 4}}}), 2), Bytes({0, 0}));
  // The third row of a level is the first group's again.
  EXPECT_EQ(waits_of(table_of({{{0, 1}, {0, 2}, {0, 3}}, {{3, 4}}}), 2), Bytes({0, 0}));
  EXPECT_EQ(waits_of(table_of({{{0, 1}, {0, 2}, {0, 3}}, {{3, 4}}}), 3), Bytes({0, 1}));
}

TEST(Waits, AllWaitForWhatAnotherHasWritten) {
  EXPECT_EQ(waits_of(table_of({{{0, 1}, {0, 2}}, {{2, 3}}}), 2), Bytes({0, 1}));
  // Once is enough.
  EXPECT_EQ(waits_of(table_of({{{0, 1}, {0, 2}}, {{2, 3}}, {{2, 4}}}), 2), Bytes({0, 1, 0}));
}

TEST(Waits, AllWaitBeforeANumberThatAnotherTouchesIsLost) {
  EXPECT_EQ(waits_of(table_of({{{0, 1}, {0, 2}}, {{1, 2}}}), 2), Bytes({0, 1})) << "wrote";
  EXPECT_EQ(waits_of(table_of({{{0, 1}, {3, 2}}, {{1, 3}}}), 2), Bytes({0, 1})) << "reads";
  EXPECT_EQ(waits_of(table_of({{{3, 1}, {3, 2}}, {{1, 3}}}), 2), Bytes({0, 1})) << "reads too";
  EXPECT_EQ(waits_of(table_of({{{3, 1}, {4, 2}}, {{1, 3}}}), 2), Bytes({0, 0})) << "reads alone";
}

}  // namespace
}  // namespace levelgrad::cuda
