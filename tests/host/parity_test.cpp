// SPDX-License-Identifier: MIT
#include "levelgrad/host/parity.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "executors.h"
#include "levelgrad/host/dataset.h"
#include "levelgrad/host/presets.h"
#include "levelgrad/reference_executor.h"
#include "support/flawed_executor.h"

namespace levelgrad::host {
namespace {

using testing::Flaw;

/// A net of 2-4-1 on 150 points: two chunks.
template <class T>
class SmallMoons {
public:
  SmallMoons() : program_(recorded()) {
    PythonRandom random(5);
    const std::vector<double> rows = inputs_and_labels(make_moons(150, 0.1, random));
    inputs_.assign(rows.begin(), rows.end());
  }

  [[nodiscard]] std::vector<BasicQuantity<T>> observed(BasicExecutor<T>& executor) const {
    return observe(executor, {program_, 150, inputs_, 2});
  }
  [[nodiscard]] std::vector<Agreement> compared(BasicExecutor<T>& executor) const {
    BasicReferenceExecutor<T> reference;
    return compare(program_, observed(reference), observed(executor));
  }
  [[nodiscard]] const Program& program() const { return program_; }

private:
  static Program recorded() {
    PythonRandom random(1337);
    const MLP model(2, {4, 1}, random);
    return record_loss(model, Loss::Hinge, {.l2 = 1e-4});
  }

  Program program_;
  std::vector<T> inputs_;
};

/// The quantities that do not agree.
std::vector<std::string> different(const std::vector<Agreement>& agreements) {
  std::vector<std::string> names;
  for (const Agreement& agreement : agreements) {
    EXPECT_EQ(agreement.identical == agreement.count, !agreement.first) << agreement.quantity;
    if (agreement.first) names.push_back(agreement.quantity);
  }
  return names;
}

const Agreement& named(const std::vector<Agreement>& agreements, const std::string& name) {
  return *std::ranges::find(agreements, name, &Agreement::quantity);
}

TEST(Parity, EveryExecutorHasTheBitsOfTheReference) {
  for (const std::string& name : app::usable_executor_names()) {
    EXPECT_EQ(std::vector<std::string>(),
              different(SmallMoons<double>().compared(*app::make_executor<double>(name, {}))));
    EXPECT_EQ(std::vector<std::string>(),
              different(SmallMoons<float>().compared(*app::make_executor<float>(name, {}))));
  }
}

TEST(Parity, CountsAllNumbers) {
  BasicReferenceExecutor<double> executor;
  const SmallMoons<double> moons;
  const std::size_t nodes = moons.program().node_count();
  std::vector<std::pair<std::string, std::size_t>> expected = {
      {"output loss", 1},
      {"output score", 150},
      {"loss", 1},
      {"grads", 17},
      {"input grads", 450},
      {"example grads", 150 * 17},
      {"node values", 5 * nodes},
      {"node grads", 5 * nodes},
      {"Sgd losses", 2},
      {"Sgd parameters", 17},
      {"AdamW losses", 2},
      {"AdamW parameters", 17},
  };
  std::vector<std::pair<std::string, std::size_t>> found;
  for (const Agreement& each : moons.compared(executor)) {
    found.emplace_back(each.quantity, each.count);
  }
  EXPECT_EQ(expected, found);
}

TEST(Parity, NoticesOneBitWhereverItIs) {
  const SmallMoons<float> moons;
  const auto see = [&](Flaw flaw) {
    testing::FlawedExecutor<float> executor(flaw);
    return different(moons.compared(executor));
  };
  using Names = std::vector<std::string>;
  EXPECT_EQ(Names(), see(Flaw::None));
  EXPECT_EQ((Names{"loss", "Sgd losses", "AdamW losses"}), see(Flaw::Loss));
  EXPECT_EQ((Names{"output score"}), see(Flaw::Score));
  EXPECT_EQ((Names{"grads"}), see(Flaw::Grads));
  EXPECT_EQ((Names{"input grads"}), see(Flaw::InputGrads));
  EXPECT_EQ((Names{"example grads"}), see(Flaw::ExampleGrads));
  EXPECT_EQ((Names{"node values"}), see(Flaw::NodeValues));
  EXPECT_EQ((Names{"node grads"}), see(Flaw::NodeGrads));
  const Names update = see(Flaw::Update);
  EXPECT_NE(update.end(), std::ranges::find(update, "Sgd parameters"));
  EXPECT_NE(update.end(), std::ranges::find(update, "AdamW parameters"));
}

TEST(Parity, ShowsTheFirstNumberThatDiffers) {
  const SmallMoons<double> moons;
  testing::FlawedExecutor<double> executor(Flaw::InputGrads);
  const Agreement found = named(moons.compared(executor), "input grads");
  EXPECT_EQ(449U, found.identical);
  ASSERT_TRUE(found.first.has_value());
  EXPECT_EQ(2U, found.first->index);
  EXPECT_EQ("example 0", found.first->place);
  EXPECT_EQ(0U, found.first->node.find("%19 = input \"y\" at presets.cpp:")) << found.first->node;

  testing::FlawedExecutor<double> values(Flaw::NodeValues);
  const Agreement nodes = named(moons.compared(values), "node values");
  EXPECT_EQ(nodes.count - 5, nodes.identical);  // one for each of the examples
  EXPECT_EQ(0U, nodes.first->node.find("%2 = parameter \"layers.0.bias[0]\" at nn.cpp:"));
  EXPECT_EQ("0x0p+0 (0.0)", nodes.first->reference);
  EXPECT_EQ("0x0.0000000000001p-1022 (5e-324)", nodes.first->other);
}

TEST(Parity, ComparesBitsAndNotNumbers) {
  const SmallMoons<double> moons;
  const Program& program = moons.program();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto quantity = [](std::vector<double> numbers) {
    return std::vector<Quantity>{{"q", std::move(numbers), {0}, "step", {}}};
  };
  const auto same = compare(program, quantity({nan, 1.0, -0.0}), quantity({-nan, 1.0, -0.0}));
  EXPECT_EQ(3U, same[0].identical);
  const auto zeros = compare(program, quantity({0.0, 1.0}), quantity({0.0, -1.0}));
  EXPECT_EQ(1U, zeros[0].identical);
  EXPECT_EQ("step 1", zeros[0].first->place);
  const auto sign = compare(program, quantity({0.0}), quantity({-0.0}));
  EXPECT_EQ("-0x0p+0 (-0.0)", sign[0].first->other);
  const auto cut = compare(program, quantity({1.0, 2.0}), quantity({1.0}));
  EXPECT_EQ(2U, cut[0].count);
  EXPECT_EQ("nothing", cut[0].first->other);
}

TEST(Parity, IsWrittenAsTableAndAsJson) {
  const SmallMoons<double> moons;
  testing::FlawedExecutor<double> executor(Flaw::Grads);
  ParityReport report = {.model = "a \"model\"",
                         .hash = moons.program().hash(),
                         .node_count = moons.program().node_count(),
                         .parameter_count = 17,
                         .example_count = 150,
                         .steps = 2,
                         .runs = {}};
  EXPECT_TRUE(report.identical());
  report.runs.push_back({"f64", "flawed", moons.compared(executor)});
  EXPECT_FALSE(report.identical());
  const std::string table = parity_table(report);
  EXPECT_NE(std::string::npos, table.find("f64, flawed: ")) << table;
  EXPECT_NE(std::string::npos, table.find("first at 2: ")) << table;
  EXPECT_NE(std::string::npos, table.find("%2 = parameter \"layers.0.bias[0]\"")) << table;

  const auto json = nlohmann::json::parse(parity_json(report));
  EXPECT_EQ("a \"model\"", json.at("model"));
  EXPECT_FALSE(json.at("identical"));
  const auto& grads = json.at("runs").at(0).at("quantities").at(3);
  EXPECT_EQ("grads", grads.at("name"));
  EXPECT_EQ(16, grads.at("identical"));
  EXPECT_EQ(2, grads.at("first").at("index"));
}

}  // namespace
}  // namespace levelgrad::host
