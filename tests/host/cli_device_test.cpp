// SPDX-License-Identifier: MIT
//
// --device, --executor and --strategy together, and `levelgrad info`, where no GPU can be used: in
// a build without CUDA there is none, in one with CUDA they are hidden from the program.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "executors.h"
#include "gpus.h"
#include "support/program_test.h"

namespace {

using levelgrad::app::Place;
using levelgrad::testing::lines_of;
using levelgrad::testing::Outcome;

class WithoutGpu : public levelgrad::testing::ProgramTest {
protected:
  Outcome run(const std::string& arguments) { return ProgramTest::run(arguments, hidden); }
  void expect_usage_error(const std::string& arguments, const std::string& word) {
    ProgramTest::expect_usage_error(arguments, word, hidden);
  }
  /// Exit 4, nothing on stdout, the reason and what to do about it.
  void expect_no_gpu(const std::string& arguments) {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(4, outcome.exit_code) << arguments;
    EXPECT_EQ("", outcome.out) << arguments;
    EXPECT_EQ(2U, lines_of(outcome.err).size()) << outcome.err;
    EXPECT_NE(std::string::npos, outcome.err.find(reason)) << outcome.err;
    EXPECT_NE(std::string::npos, outcome.err.find(hint)) << outcome.err;
  }

  const bool built = levelgrad::app::gpus().built();
  const std::string hidden = "CUDA_VISIBLE_DEVICES= ";
  const std::string reason = built ? "no GPU can be used: " : "this build has no CUDA";
  const std::string hint = built ? "hint: `levelgrad info`" : "hint: install a CUDA toolkit, 12.4";
  const std::string note = "levelgrad: running on the CPU: ";
};

TEST_F(WithoutGpu, CudaIsAnErrorAndNeverSomethingElse) {
  for (const char* command : {"train moons", "train yinyang", "parity moons"}) {
    for (const char* options :
         {"--device cuda", "--device cuda:0", "--device cuda:7", "--executor cuda-level",
          "--device auto --executor cuda-level", "--device cuda:1 --executor cuda-level",
          "--device cuda --strategy persistent", "--executor cuda-level --strategy launches",
          "--executor cuda-fused", "--device cuda:0 --executor cuda-fused"}) {
      expect_no_gpu(std::string(command) + " " + options);
    }
  }
  expect_no_gpu("parity moons --executor host,cuda-level");
  expect_no_gpu("train moons --models 2 --device cuda");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "runs"));
}

TEST_F(WithoutGpu, AutoTakesTheCpuAndSaysSo) {
  const Outcome cpu = run("train moons --steps 2 --device cpu");
  EXPECT_EQ(0, cpu.exit_code) << cpu.err;
  EXPECT_EQ(std::string::npos, cpu.err.find(note)) << cpu.err;
  const Outcome asked = run("train moons --steps 2 --device auto");
  EXPECT_EQ(0, asked.exit_code) << asked.err;
  EXPECT_EQ(cpu.out, asked.out);
  EXPECT_TRUE(asked.err.starts_with(note)) << asked.err;
  const Outcome unasked = run("train moons --steps 2");
  EXPECT_EQ(cpu.out, unasked.out);
  EXPECT_EQ(built, unasked.err.starts_with(note)) << unasked.err;
  const Outcome strategy = run("train moons --steps 2 --strategy launches");
  EXPECT_EQ(cpu.out, strategy.out);
  EXPECT_TRUE(strategy.err.starts_with(note)) << strategy.err;
}

TEST_F(WithoutGpu, ANamedExecutorDecides) {
  const std::string expected = run("train moons --steps 2 --device cpu").out;
  for (const char* options :
       {"--executor host", "--executor reference", "--device auto --executor host",
        "--device cpu --executor host", "--device cpu --executor reference",
        "--device cpu --executor host-native"}) {
    const Outcome outcome = run("train moons --steps 2 " + std::string(options));
    EXPECT_EQ(0, outcome.exit_code) << outcome.err;
    EXPECT_EQ(expected, outcome.out) << options;
    EXPECT_EQ(std::string::npos, outcome.err.find(note)) << outcome.err;
  }
}

TEST_F(WithoutGpu, ParityComparesWhatCanRun) {
  for (const char* options : {"", "--device auto", "--device cpu", "--executor host"}) {
    const Outcome outcome = run("parity yinyang --steps 1 --json " + std::string(options));
    EXPECT_EQ(0, outcome.exit_code) << outcome.err;
    const auto report = nlohmann::json::parse(outcome.out);
    const bool named = std::string(options).starts_with("--executor");
    ASSERT_EQ(named ? 2U : 4U, report.at("runs").size()) << outcome.out;
    for (const auto& each : report.at("runs")) {
      EXPECT_TRUE(each.at("executor").get<std::string>().starts_with("host")) << each;
    }
    const bool asked = std::string(options) == "--device auto";
    const bool said = asked || (built && std::string(options).empty());
    EXPECT_EQ(said, outcome.err.starts_with(note)) << options << outcome.err;
  }
}

TEST_F(WithoutGpu, ContradictionsAreUsageErrors) {
  for (const char* command : {"train moons ", "parity moons "}) {
    const auto expect = [&](const std::string& options, const std::string& word) {
      expect_usage_error(command + options, word);
    };
    expect("--device cpu --executor cuda-level", "which runs on a GPU");
    expect("--device cpu --executor cuda-fused", "which runs on a GPU");
    expect("--executor cuda-fused --strategy auto", "--strategy has no meaning for cuda-fused");
    expect("--device cuda --executor host", "which runs on the CPU");
    expect("--device cuda --executor host-native", "which runs on the CPU");
    expect("--device cuda:3 --executor reference", "which runs on the CPU");
    expect("--device cuda --executor abacus", "none is named 'abacus'");
    expect("--device cpu --strategy launches", "--strategy");
    expect("--executor host --strategy auto", "--strategy");
    expect("--strategy fast", "--strategy");
    for (const char* device : {"gpu", "cuda:", "cuda:x", "cuda:-1", "cuda:0x1", "cuda:1,2", "CUDA",
                               "cuda:99999999999", "''", "cuda0"}) {
      expect("--device " + std::string(device), "is none of auto, cpu, cuda, cuda:N");
    }
  }
  expect_usage_error("parity moons --device cuda --executor cuda-level,host", "runs on the CPU");
  expect_usage_error("train moons --executor host,reference", "none is named 'host,reference'");
  expect_usage_error("train moons --executor host --executor reference", "--executor");
}

TEST_F(WithoutGpu, InfoIsInformation) {
  const Outcome table = run("info");
  EXPECT_EQ(0, table.exit_code);
  EXPECT_EQ("", table.err);
  EXPECT_NE(std::string::npos, table.out.find(LEVELGRAD_VERSION)) << table.out;
  EXPECT_NE(std::string::npos, table.out.find("  reference     CPU, can run here\n")) << table.out;
  EXPECT_NE(std::string::npos, table.out.find("  cuda-fused    GPU, cannot run here: "))
      << table.out;
  EXPECT_NE(std::string::npos, table.out.find("  cuda-level    GPU, cannot run here: "))
      << table.out;
  EXPECT_EQ(built, table.out.find("\nNVRTC           ") != std::string::npos) << table.out;

  const Outcome json = run("info --json");
  EXPECT_EQ(0, json.exit_code);
  const auto info = nlohmann::json::parse(json.out);
  EXPECT_EQ(LEVELGRAD_VERSION, info.at("version"));
  EXPECT_EQ(built, info.at("cuda").at("built"));
  EXPECT_EQ(!built, info.at("cuda").at("toolkit").is_null());
  EXPECT_EQ(!built, info.at("cuda").at("architectures").empty());
  EXPECT_NE("", info.at("cuda").at("why_no_gpu"));
  EXPECT_NE(info.at("cuda").at("nvrtc").is_null(), info.at("cuda").at("why_no_nvrtc").is_null());
  EXPECT_EQ(0U, info.at("gpus").size());
  EXPECT_NE("", info.at("cpu").at("name"));
  EXPECT_EQ("baseline", info.at("cpu").at("instruction_sets").back());
  const auto& executors = info.at("executors");
  ASSERT_EQ(levelgrad::app::executor_names().size(), executors.size());
  for (const auto& executor : executors) {
    EXPECT_EQ(executor.at("device") == "cpu", executor.at("usable")) << executor;
    EXPECT_EQ(executor.at("usable"), executor.at("why_not").is_null()) << executor;
  }
}

TEST(Executors, ThoseOfTheCpuCanAlwaysRun) {
  const bool gpu = levelgrad::app::gpus().usable();
  std::vector<std::string> expected;
  for (const std::string& name : levelgrad::app::executor_names()) {
    if (gpu || levelgrad::app::place_of(name) == Place::Cpu) expected.push_back(name);
  }
  EXPECT_EQ(expected, levelgrad::app::usable_executor_names());
  EXPECT_EQ("reference", expected.back());
  EXPECT_GE(expected.size(), 2U);
}

}  // namespace
