// SPDX-License-Identifier: MIT
#include "levelgrad/host/schedule_report.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "json_text.h"
#include "levelgrad/error.h"
#include "levelgrad/host/schedule_text.h"
#include "operation_counts.h"
#include "row_groups.h"
#include "schedule_programs.h"

namespace levelgrad::host {
namespace {

ScheduleReport report_of(const Program& program, const char* gpu = "h200",
                         Dtype dtype = Dtype::F64) {
  const Schedule schedule(program);
  return report_on(schedule, "program", gpu_named(gpu), dtype);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

Operations operations(std::initializer_list<std::pair<Operations::Kind, int>> counts) {
  Operations result;
  for (const auto& [kind, count] : counts) {
    result.count[kind] = static_cast<std::uint64_t>(count);
  }
  return result;
}

TEST(OperationCounts, AreThoseOfTheFormulas) {
  using enum Operations::Kind;
  for (const Dtype dtype : {Dtype::F64, Dtype::F32}) {
    const auto value = [&](Op op, double constant = 0) {
      return operations_of_value(op, dtype, constant);
    };
    EXPECT_EQ(value(Op::Add), operations({{Add, 1}}));
    EXPECT_EQ(value(Op::Fma), operations({{Fma, 1}}));
    EXPECT_EQ(value(Op::Sqrt), operations({{Sqrt, 1}}));
    EXPECT_EQ(value(Op::Neg), operations({{Sign, 1}}));
    EXPECT_EQ(value(Op::Neg).issued(), 0U);
    EXPECT_EQ(value(Op::Relu), operations({{Compare, 1}}));
    EXPECT_EQ(value(Op::Detach), operations({}));
    // The exponent is a constant, so what only it decides costs nothing.
    EXPECT_EQ(value(Op::PowConst, 2), operations({{Mul, 1}}));
    EXPECT_EQ(value(Op::PowConst, 3), operations({{Mul, 2}}));
    EXPECT_EQ(operations_of_contribution(Op::Add, 0, dtype, 0), operations({}));
    EXPECT_EQ(operations_of_contribution(Op::Mul, 1, dtype, 0), operations({{Mul, 1}}));
    EXPECT_EQ(operations_of_contribution(Op::Div, 1, dtype, 0),
              operations({{Div, 1}, {Mul, 1}, {Sign, 1}}));
  }
  // Polynomials are counted, and those of float are shorter.
  const Operations f64 = operations_of_value(Op::Exp, Dtype::F64, 0);
  const Operations f32 = operations_of_value(Op::Exp, Dtype::F32, 0);
  EXPECT_GT(f64.count[Fma], 10U);
  EXPECT_LT(f32.count[Fma], f64.count[Fma]);
}

TEST(OperationCounts, EveryOpHasSome) {
  const auto expect_some = [](Op op, const char* name) {
    if (op == Op::Detach) return;  // a copy
    const Operations counted = operations_of_value(op, Dtype::F64, 2);
    EXPECT_GT(counted.issued() + counted.count[Operations::Sign], 0U) << name;
  };
#define LG_EXPECT(O, function) expect_some(Op::O, #O);
  LG_OPS(LG_EXPECT)
#undef LG_EXPECT
}

TEST(ScheduleReport, OfTheMoonsIsThatOfThePaperCount) {
  const ScheduleReport report = report_of(levelgrad::testing::moons_program());
  EXPECT_EQ(report.levels.size(), 43U);
  EXPECT_EQ(report.backward_levels, 41U);
  EXPECT_EQ(report.parts[1].nodes, 644U);
  EXPECT_EQ(report.widest, 256U);
  EXPECT_EQ(report.path_ops.size(), 42U);
  // 915 + 643, 915 + 642 and 641 by hand; forward has -y as a node here, with its read and write.
  EXPECT_EQ(report.forward.traffic.reads, 916U);
  EXPECT_EQ(report.forward.traffic.writes, 644U);
  EXPECT_EQ(report.backward.traffic.reads, 915U);
  EXPECT_EQ(report.backward.traffic.writes, 642U);
  EXPECT_EQ(report.folds.traffic.reads, 641U);
  EXPECT_EQ(report.folds.traffic.writes, 0U);
  EXPECT_EQ(report.numbers_moved(), 3758U);
  // 305 products and 305 sums, one sum for the mean; 33 ReLU each way; a product for each weight.
  EXPECT_EQ(report.forward.operations.count[Operations::Mul], 305U);
  EXPECT_EQ(report.forward.operations.count[Operations::Add], 306U);
  EXPECT_EQ(report.forward.operations.count[Operations::Compare], 33U);
  EXPECT_EQ(report.folds.operations.count[Operations::Mul], 304U);
  EXPECT_EQ(report.folds.operations.count[Operations::Add], 337U);
  EXPECT_EQ(report.operations(), 1897U);
}

TEST(ScheduleReport, OfTheMoonsHasSlotsAndTiles) {
  const ScheduleReport report = report_of(levelgrad::testing::moons_program());
  EXPECT_EQ(report.slots[0].order, "by level");
  EXPECT_EQ(report.slots[1].slots, 70);
  ASSERT_EQ(report.tiles.size(), 3U);
  EXPECT_EQ(report.tiles[0].rows, 16U);
  EXPECT_EQ(report.tiles[0].columns, 17U);
  EXPECT_EQ(report.tiles[1].rows, 3U);
  EXPECT_EQ(report.tiles[1].columns, 16U);
  EXPECT_EQ(report.tiles[2].rows, 1U);
  EXPECT_EQ(report.tiles[2].columns, 17U);
  EXPECT_EQ(report.tile_products, 337U);
  EXPECT_EQ(report.tile_factors, 67U);
  EXPECT_EQ(report.tile_reads, 641U);
}

TEST(ScheduleReport, FillsTheGpu) {
  const ScheduleReport report = report_of(levelgrad::testing::moons_program());
  ASSERT_TRUE(report.filling.has_value());
  const auto& [widest, median, narrowest] = *report.filling;
  EXPECT_EQ(widest.level, 5U);
  EXPECT_EQ(widest.lanes, 132U * 2048 / 256);
  EXPECT_EQ(median.lanes, 132U * 2048 / 16);
  EXPECT_EQ(narrowest.lanes, 132U * 2048);
}

TEST(ScheduleReport, FindsWhatLimitsEachStorageForm) {
  const Program program = levelgrad::testing::moons_program();
  const ScheduleReport f64 = report_of(program);
  EXPECT_EQ(f64.forms[0].memory_bytes, 3758U * 8);
  EXPECT_EQ(f64.forms[0].limit, Limit::Memory);
  EXPECT_NEAR(f64.forms[0].examples_per_second, 4.8e12 / (3758 * 8), 1);
  EXPECT_EQ(f64.forms[1].limit, Limit::SharedMemory);
  EXPECT_EQ(f64.forms[2].memory_bytes, 4U * 8);  // two coordinates, the label, the score
  EXPECT_EQ(f64.forms[2].limit, Limit::Arithmetic);
  EXPECT_NEAR(f64.forms[2].examples_per_second, 132 * 64 * 1.98e9 / 1897, 1);

  const ScheduleReport f32 = report_of(program, "h200", Dtype::F32);
  EXPECT_EQ(f32.operations(), f64.operations());
  EXPECT_NEAR(f32.forms[0].examples_per_second, 2 * f64.forms[0].examples_per_second, 1);
  EXPECT_NEAR(f32.forms[2].examples_per_second, 2 * f64.forms[2].examples_per_second, 1);
  // Few lanes for double: there arithmetic is the limit even out of shared memory.
  EXPECT_EQ(report_of(program, "rtx4090").forms[1].limit, Limit::Arithmetic);
}

TEST(ScheduleReport, SeesWhatDoesNotFit) {
  const ScheduleReport report = report_of(levelgrad::testing::chain_program(20000));
  EXPECT_EQ(report.levels.size(), 20001U);
  EXPECT_EQ(report.path_ops.size(), 20000U);
  EXPECT_GT(report.forms[0].examples_per_second, 0);
  EXPECT_EQ(report.forms[1].examples_per_second, 0);
  EXPECT_EQ(report.forms[1].obstacle, "a warp does not fit");
  EXPECT_EQ(report.forms[2].examples_per_second, 0);
  EXPECT_EQ(report.forms[2].obstacle, "more than 255 registers");
}

TEST(ScheduleReport, HoldsForProgramsWithoutWork) {
  const ScheduleReport one = report_of(levelgrad::testing::one_node_program());
  EXPECT_EQ(one.backward_levels, 0U);
  EXPECT_EQ(one.backward.traffic.total(), 0U);
  EXPECT_EQ(one.forward.traffic.total(), 2U);
  const ScheduleReport none = report_of(levelgrad::testing::uniform_program());
  EXPECT_FALSE(none.filling.has_value());
  EXPECT_EQ(none.operations(), 0U);
  EXPECT_EQ(none.forms[0].examples_per_second, 0);
}

TEST(ScheduleTable, FitsAHundredColumns) {
  for (const Program& program :
       {levelgrad::testing::moons_program(), levelgrad::testing::yin_yang_program(),
        levelgrad::testing::one_node_program(), levelgrad::testing::uniform_program(),
        levelgrad::testing::wide_program(5000), levelgrad::testing::chain_program(20000)}) {
    const std::vector<std::string> lines = lines_of(schedule_table(report_of(program)));
    EXPECT_LT(lines.size(), 100U);
    for (const std::string& line : lines) {
      EXPECT_LE(line.size(), 100U) << line;
      EXPECT_FALSE(line.ends_with(' ')) << line;
    }
  }
}

TEST(ScheduleTable, PutsLikeLevelsIntoOneRow) {
  const std::string moons = schedule_table(report_of(levelgrad::testing::moons_program()));
  EXPECT_NE(moons.find("             6-21        16  16 +  "), std::string::npos) << moons;
  const std::string chain = schedule_table(report_of(levelgrad::testing::chain_program(20000)));
  EXPECT_NE(chain.find("1-19,998  9,999 times these 2 levels:"), std::string::npos) << chain;
}

TEST(RowGroups, FindWhatRepeats) {
  const auto groups_of = [](const std::string& rows) {
    std::string text;
    for (const RowGroup& group : row_groups(
             rows.size(), [&](std::size_t a, std::size_t b) { return rows[a] == rows[b]; })) {
      text += rows.substr(group.first, group.period) + std::to_string(group.times);
    }
    return text;
  };
  EXPECT_EQ(groups_of(""), "");
  EXPECT_EQ(groups_of("a"), "a1");
  EXPECT_EQ(groups_of("aaab"), "a3b1");
  EXPECT_EQ(groups_of("abab"), "a1b1a1b1");
  EXPECT_EQ(groups_of("abababac"), "ab3a1c1");
  EXPECT_EQ(groups_of("xabcabcabcabc"), "x1abc4");
}

TEST(ScheduleJson, HoldsWhatTheTableShows) {
  const auto json =
      nlohmann::json::parse(schedule_json(report_of(levelgrad::testing::moons_program())));
  EXPECT_EQ(json.at("level_count"), 43);
  EXPECT_EQ(json.at("levels").size(), 43U);
  EXPECT_EQ(json.at("levels")[5].at("ops").at("Mul"), 256);
  EXPECT_EQ(json.at("nodes").at("body"), 644);
  EXPECT_EQ(json.at("per_example").at("numbers_moved"), 3758);
  EXPECT_EQ(json.at("slots")[1].at("slots"), 70);
  EXPECT_EQ(json.at("forms")[2].at("limit"), "arithmetic");
  EXPECT_EQ(json.at("tiles")[0].at("columns"), 17);
  EXPECT_EQ(json.at("critical_path")[0].at("op"), "Mul");
  EXPECT_TRUE(
      nlohmann::json::accept(schedule_json(report_of(levelgrad::testing::uniform_program()))));
}

TEST(ScheduleJson, EscapesNames) {
  const std::string name = "a\"b\\c\n\x01\x7f\xff caf\xc3\xa9";
  EXPECT_EQ(nlohmann::json::parse(json_string(name)).get<std::string>(),
            "a\"b\\c\n\x01\x7f\xef\xbf\xbd caf\xc3\xa9");
  JsonWriter json;
  EXPECT_THROW(json.value(HUGE_VAL), InternalError);
}

TEST(Gpu, IsKnownByName) {
  EXPECT_EQ(gpu_named("a100").multiprocessors, 108);
  EXPECT_NEAR(gpu_named("h200").peak(Dtype::F32), 33.45e12, 0.01e12);
  EXPECT_THROW(static_cast<void>(gpu_named("h2000")), ArgumentError);
}

}  // namespace
}  // namespace levelgrad::host
