// SPDX-License-Identifier: MIT
//
// Fast mode of the executor that compiles for the CPU: it contracts, does nothing else, and exact
// mode knows nothing of it.
#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "command.h"
#include "levelgrad/host/dataset.h"
#include "levelgrad/host/disk_cache.h"
#include "levelgrad/host/native_executor.h"
#include "levelgrad/host/parity.h"
#include "support/fast_ops.h"
#include "support/program_test.h"
#include "support/sample_programs.h"

namespace levelgrad::host {
namespace {

/// Whether this processor has an instruction to contract to.
bool has_fma() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  return __builtin_cpu_supports("fma");
#else
  return true;
#endif
}

/// Remembers under which keys code was looked for.
class KeyCache : public CodeCache {
public:
  std::optional<std::string> find(const std::string& key) override {
    keys.push_back(key);
    return files_.find(key);
  }
  void keep(const std::string& key, std::string_view bytes) override { files_.keep(key, bytes); }

  std::vector<std::string> keys;

private:
  DiskCache files_;
};

template <class T>
class FastMode : public ::testing::Test {
protected:
  void SetUp() override {
    if (path_of_program("c++").empty()) GTEST_SKIP() << "no compiler here";
    if (!has_fma()) GTEST_SKIP() << "no fma here";
  }

  std::vector<BasicQuantity<T>> observed(BasicExecutor<T>& executor) {
    return observe(executor, {program_, 200, inputs_, 5});
  }

  static std::vector<T> inputs() {
    PythonRandom random(5);
    const std::vector<double> rows = inputs_and_labels(make_moons(200, 0.1, random));
    return {rows.begin(), rows.end()};
  }

  Program program_ = levelgrad::testing::moons_program<T>();
  std::vector<T> inputs_ = inputs();
};
using Dtypes = ::testing::Types<double, float>;
TYPED_TEST_SUITE(FastMode, Dtypes);

TYPED_TEST(FastMode, ContractsOnTheMoonsAndStaysWithinTheBound) {
  using T = TypeParam;
  const auto exact_keys = std::make_shared<KeyCache>(), fast_keys = std::make_shared<KeyCache>();
  BasicNativeExecutor<T> fast({.threads = 2, .cache = fast_keys, .math = Math::Fast});
  BasicNativeExecutor<T> exact({.threads = 2, .cache = exact_keys});
  BasicReferenceExecutor<T> reference;
  const auto expected = this->observed(reference);
  const auto found = this->observed(fast);
  EXPECT_EQ("", fast.why_not());
  EXPECT_TRUE(fast.name().ends_with(", fast math")) << fast.name();
  // After fast code was made and loaded.
  for (const Agreement& agreement : compare(this->program_, expected, this->observed(exact))) {
    EXPECT_EQ(agreement.count, agreement.identical) << agreement.quantity;
  }
  EXPECT_EQ(std::string::npos, exact.name().find("fast"));

  ASSERT_EQ(exact_keys->keys.size(), fast_keys->keys.size());
  for (const std::string& key : fast_keys->keys) {
    EXPECT_EQ(0, std::ranges::count(exact_keys->keys, key));
  }
  bool differs = false;
  for (const Deviation& each : deviations(expected, found)) {
    EXPECT_LE(each.scaled, most_deviation<T>) << each.quantity;
    if (each.quantity == "grads") differs = each.identical < each.count;
  }
  EXPECT_TRUE(differs) << "nothing was contracted";
}

TYPED_TEST(FastMode, KeepsTheAccuracyOfEveryOp) {
  BasicNativeExecutor<TypeParam> fast({.math = Math::Fast});
  levelgrad::testing::expect_accurate_ops(fast);
  EXPECT_EQ("", fast.why_not());
}

TEST(Deviation, MeasuresErrors) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const auto measured = [](std::vector<double> exact, std::vector<double> fast) {
    return deviations<double>({{"q", std::move(exact), {}, "", {}}},
                              {{"q", std::move(fast), {}, "", {}}})
        .front();
  };
  const Deviation one = measured({1.0, -4.0, 0.0, nan}, {1.0 + 0x1p-51, -4.0, 0x1p-50, nan});
  EXPECT_EQ(4U, one.count);
  EXPECT_EQ(2U, one.identical);
  EXPECT_EQ(0x1p-50, one.absolute);
  EXPECT_EQ(0x1p-51, one.relative);  // of the numbers that are not 0
  EXPECT_EQ(2, one.ulps);
  EXPECT_EQ(0x1p-52, one.scaled);
  EXPECT_EQ(infinity, measured({nan}, {1.0}).scaled);
  EXPECT_EQ(infinity, measured({1.0}, {infinity}).scaled);
  EXPECT_EQ(infinity, measured({1.0, 2.0}, {1.0}).scaled);  // a training that ended earlier
  EXPECT_EQ(infinity, measured({0.0}, {1e-300}).scaled);
  EXPECT_EQ(0, measured({0.0}, {0.0}).scaled);
  EXPECT_EQ(0, measured({infinity}, {infinity}).scaled);
}

TEST(Deviation, AboveTheBoundIsNotAsPromised) {
  ParityReport report;
  report.math = Math::Fast;
  report.runs = {{"f64", "x", {}, {{.quantity = "q", .scaled = 1e-10}}, most_deviation<double>}};
  EXPECT_TRUE(report.as_promised());
  report.runs[0].deviations[0].scaled = std::numeric_limits<double>::infinity();
  EXPECT_FALSE(report.as_promised());
  EXPECT_NE(std::string::npos, parity_table(report).find("above the bound"));
  const auto json = nlohmann::json::parse(parity_json(report));
  EXPECT_FALSE(json.at("within"));
  EXPECT_TRUE(json.at("runs")[0].at("quantities")[0].at("of_largest").is_null());
}

class FastProgram : public levelgrad::testing::ProgramTest {};

TEST_F(FastProgram, MeasuresFastModeAndPromisesNoBits) {
  const auto table = run("parity moons --math fast --steps 2");
  EXPECT_EQ(0, table.exit_code) << table.out << table.err;
  EXPECT_NE(std::string::npos, table.err.find("levelgrad: --math fast: ")) << table.err;
  EXPECT_NE(std::string::npos, table.out.find("no bits are promised")) << table.out;
  const auto json = run("parity moons --math fast --executor host-native --json --dtype f32");
  const auto report = nlohmann::json::parse(json.out);
  EXPECT_EQ("fast", report.at("math"));
  EXPECT_FALSE(report.contains("identical"));
  EXPECT_TRUE(report.at("within"));
  EXPECT_EQ(1U, report.at("runs").size());
}

TEST_F(FastProgram, TrainsInFastMode) {
  const auto outcome = run("train moons --math fast --steps 3");
  EXPECT_EQ(0, outcome.exit_code) << outcome.err;
  EXPECT_NE(std::string::npos, outcome.err.find("not promised")) << outcome.err;
  const auto exact = run("train moons --math exact --steps 3");
  EXPECT_EQ(std::string::npos, exact.err.find("math")) << exact.err;
}

TEST_F(FastProgram, RefusesExecutorsWithoutFastMode) {
  for (const char* name : {"host", "reference", "host-native,host"}) {
    const auto outcome = run("parity moons --math fast --executor " + std::string(name));
    EXPECT_EQ(2, outcome.exit_code) << name;
    EXPECT_NE(std::string::npos, outcome.err.find("host-native")) << outcome.err;
    EXPECT_EQ("", outcome.out);
  }
  EXPECT_EQ(2, run("train moons --math fast --executor host").exit_code);
  for (const char* command : {"train", "parity"}) {
    const auto outcome = run(std::string(command) + " moons --math sloppy");
    EXPECT_EQ(2, outcome.exit_code);
    EXPECT_NE(std::string::npos, outcome.err.find("--math")) << outcome.err;
  }
}

}  // namespace
}  // namespace levelgrad::host
