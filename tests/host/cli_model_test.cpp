// SPDX-License-Identifier: MIT
//
// MODEL has one meaning for all commands: a preset as `train` has it, a trained model, a Program.
#include <gtest/gtest.h>

#include <array>
#include <nlohmann/json.hpp>

#include "support/program_test.h"

namespace {

namespace fs = std::filesystem;
using levelgrad::testing::Outcome;
using levelgrad::testing::read;

class ModelArgument : public levelgrad::testing::ProgramTest {
protected:
  /// The loss of an example as its graph says it, with four digits.
  double loss_in_graph(const std::string& arguments, const std::string& environment) {
    const Outcome graph = run("graph " + arguments, environment);
    EXPECT_EQ(0, graph.exit_code) << graph.err;
    const std::string before = "{ loss | data ";
    const std::size_t at = graph.out.find(before);
    EXPECT_NE(std::string::npos, at) << graph.out;
    return std::stod(graph.out.substr(at + before.size()));
  }
};

constexpr std::array presets = {"moons",  "yinyang", "circles",   "xor",
                                "spiral", "blobs",   "regression"};

TEST_F(ModelArgument, ComparesExecutorsOnEveryPreset) {
  for (const std::string preset : presets) {
    const Outcome outcome =
        run("parity " + preset + " --examples 7 --steps 1 --executor host --json");
    EXPECT_EQ(0, outcome.exit_code) << preset << outcome.err;
    const auto report = nlohmann::json::parse(outcome.out);
    EXPECT_TRUE(report.at("identical")) << preset;
    EXPECT_EQ(preset, report.at("model"));
    EXPECT_EQ(7, report.at("examples"));
    ASSERT_EQ(2U, report.at("runs").size());
    EXPECT_EQ("f64", report.at("runs")[0].at("dtype"));
    EXPECT_EQ("f32", report.at("runs")[1].at("dtype"));
  }
  const Outcome own = run("parity blobs --steps 0 --executor host --dtype f64 --json");
  EXPECT_EQ(400, nlohmann::json::parse(own.out).at("examples"));  // the training part of 500
  // One example is fewer than blobs have classes.
  EXPECT_EQ(0, run("parity blobs --examples 1 --steps 0 --executor host").exit_code);
}

TEST_F(ModelArgument, RecordsWhatTrainTrains) {
  for (const std::string preset : presets) {
    EXPECT_EQ(0, run("train " + preset + " --steps 0 --save run").exit_code) << preset;
    const Outcome recorded = run("emit " + preset);
    EXPECT_EQ(0, recorded.exit_code) << recorded.err;
    EXPECT_EQ(recorded.out, run("emit run").out) << preset;
    fs::remove_all(folder_ / "run");
  }
}

TEST_F(ModelArgument, TakesATrainedModel) {
  EXPECT_EQ(0, run("train blobs --epochs 3 --dtype f32").exit_code);
  const Outcome trained = run("emit runs/blobs");
  EXPECT_EQ(0, trained.exit_code) << trained.err;
  EXPECT_TRUE(trained.out.starts_with("levelgrad program 1\nhash ")) << trained.out;
  EXPECT_EQ(trained.out, run("emit runs/blobs/model.safetensors").out);
  const std::string start = run("emit blobs").out;
  EXPECT_NE(start, trained.out);
  const std::size_t hash_end = std::string("levelgrad program 1\nhash ").size() + 32;
  EXPECT_EQ(start.substr(0, hash_end), trained.out.substr(0, hash_end));

  const Outcome parity = run("parity runs/blobs/ --executor host --steps 1 --json");
  EXPECT_EQ(0, parity.exit_code) << parity.err;
  const auto report = nlohmann::json::parse(parity.out);
  EXPECT_TRUE(report.at("identical"));
  EXPECT_EQ("blobs", report.at("model"));
  EXPECT_EQ(300, report.at("examples"));
  EXPECT_TRUE(run("schedule .", "cd runs/blobs &&").out.starts_with("blobs on "));

  // A training that was stopped has left a checkpoint, and no model.
  fs::remove(folder_ / "runs/blobs/model.safetensors");
  EXPECT_EQ(0, run("emit runs/blobs").exit_code);
}

TEST_F(ModelArgument, RefusesWhatIsNone) {
  expect_usage_error("emit suns", "nor a preset (moons, yinyang, circles, xor, spiral, blobs");
  EXPECT_EQ(0, run("train blobs --steps 0").exit_code);
  expect_usage_error("schedule runs/blobs --hidden 4", "--hidden");
  const std::string model = read(folder_ / "runs/blobs/model.safetensors");
  std::ofstream(folder_ / "cut.safetensors") << model.substr(0, model.size() - 1);
  const Outcome cut = run("parity cut.safetensors");
  EXPECT_EQ(3, cut.exit_code);
  EXPECT_NE(std::string::npos, cut.err.find("cut.safetensors: the file is cut short")) << cut.err;
  const Outcome folder = run("emit runs");
  EXPECT_EQ(3, folder.exit_code);
  EXPECT_NE(std::string::npos, folder.err.find("cannot read runs/")) << folder.err;
}

TEST_F(ModelArgument, DrawsTheExamplesThatTrainTrainsOn) {
  for (const std::string preset : presets) {
    EXPECT_EQ(0, run("graph " + preset + " --fold").exit_code) << preset;
  }
  const std::string two = "LEVELGRAD_POINTS=2 LEVELGRAD_SPLIT=1,0,0";
  for (const std::string preset : {"regression", "circles"}) {
    const double mean = (loss_in_graph(preset + " --example 0", two) +
                         loss_in_graph(preset + " --example 1", two)) /
                        2;
    const Outcome train = run("train " + preset + " --steps 0", two);
    const std::string before = "final loss ";
    ASSERT_TRUE(train.out.starts_with(before)) << train.out << train.err;
    EXPECT_NEAR(std::stod(train.out.substr(before.size())), mean, 1e-4) << preset;
  }
  expect_usage_error("graph blobs --example 400", "blobs has the examples 0 to 399");
}

}  // namespace
