// SPDX-License-Identifier: MIT
//
// The program on a device: what it finds, and that it prints what the CPU prints.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cuda/device.h"
#include "support/program_test.h"

namespace levelgrad::testing {
namespace {

class ProgramOnDevice : public ProgramTest {
protected:
  /// What CUDA calls GPU 0.
  static cudaDeviceProp device() {
    cudaDeviceProp properties;
    check(cudaGetDeviceProperties(&properties, 0));
    return properties;
  }
  static int device_count() {
    int count = 0;
    check(cudaGetDeviceCount(&count));
    return count;
  }
};

TEST_F(ProgramOnDevice, InfoShowsIt) {
  LG_REQUIRE_DEVICE();
  const Outcome table = run("info");
  EXPECT_EQ(0, table.exit_code) << table.err;
  EXPECT_NE(std::string::npos, table.out.find(device().name)) << table.out;
  EXPECT_NE(std::string::npos, table.out.find("  cuda-level    GPU, can run here\n")) << table.out;

  const auto info = nlohmann::json::parse(run("info --json").out);
  EXPECT_TRUE(info.at("cuda").at("built"));
  EXPECT_TRUE(info.at("cuda").at("driver").is_string());
  EXPECT_TRUE(info.at("cuda").at("why_no_gpu").is_null());
  ASSERT_EQ(static_cast<std::size_t>(device_count()), info.at("gpus").size());
  const auto& gpu = info.at("gpus")[0];
  EXPECT_EQ(0, gpu.at("index"));
  EXPECT_EQ(device().name, gpu.at("name"));
  EXPECT_EQ(std::to_string(device().major) + "." + std::to_string(device().minor),
            gpu.at("compute_capability"));
  EXPECT_EQ(device().multiProcessorCount, gpu.at("multiprocessors"));
  EXPECT_EQ(device().totalGlobalMem, gpu.at("memory"));
  EXPECT_EQ(device().sharedMemPerBlockOptin, gpu.at("shared_memory_per_block"));
  for (const auto& executor : info.at("executors")) EXPECT_TRUE(executor.at("usable"));
}

TEST_F(ProgramOnDevice, TrainsAsOnTheCpu) {
  LG_REQUIRE_DEVICE();
  // The pictures take an emulator long, so the networks but one are small.
  const auto expect_same = [&](const std::string& train, const std::string& options) {
    const Outcome cpu = run(train + " --device cpu");
    ASSERT_EQ(0, cpu.exit_code) << cpu.err;
    const Outcome cuda = run(train + " " + options);
    EXPECT_EQ(0, cuda.exit_code) << options << ": " << cuda.err;
    EXPECT_EQ(cpu.out, cuda.out) << options;
    EXPECT_EQ(std::string::npos, cuda.err.find("CPU")) << cuda.err;
  };
  expect_same("train moons --steps 2", "--device cuda");
  expect_same("train yinyang --steps 2 --hidden 2", "--device cuda");
  for (const char* options :
       {"--device cuda:0 --strategy launches", "--strategy persistent", "--executor cuda-level",
        "--executor cuda-level --device cuda", "--device auto", ""}) {
    expect_same("train moons --steps 2 --hidden 2", options);
  }
  for (const char* dtype : {"f64", "f32"}) {  // the last two diverge
    expect_same(std::string("train moons --models 3 --steps 3 --hidden 2 --sweep lr=0.5:1e200 ") +
                    "--dtype " + dtype,
                "--device cuda");
  }
  expect_same("train yinyang --models 2 --steps 2 --hidden 2", "");
}

TEST_F(ProgramOnDevice, ParityComparesItUnasked) {
  LG_REQUIRE_DEVICE();
  const auto executors_of = [&](const std::string& options) {
    const Outcome outcome = run("parity yinyang --steps 1 --dtype f64 --json " + options);
    EXPECT_EQ(0, outcome.exit_code) << outcome.err;
    std::string names;
    if (outcome.exit_code != 0) return names;
    const auto report = nlohmann::json::parse(outcome.out);
    for (const auto& each : report.at("runs")) {
      const std::string name = each.at("executor");  // "host, 2 threads"
      names += name.substr(0, name.find(',')) + " ";
    }
    return names;
  };
  EXPECT_EQ("cuda-level host ", executors_of(""));
  EXPECT_EQ("cuda-level host ", executors_of("--device auto"));
  EXPECT_EQ("cuda-level ", executors_of("--device cuda"));
  EXPECT_EQ("host ", executors_of("--device cpu"));
}

TEST_F(ProgramOnDevice, RefusesADeviceThatIsNotThere) {
  LG_REQUIRE_DEVICE();
  const int past = std::max(7, device_count());
  for (const char* command : {"train moons --steps 1", "parity moons --steps 1"}) {
    const Outcome outcome = run(std::string(command) + " --device cuda:" + std::to_string(past));
    EXPECT_EQ(4, outcome.exit_code) << outcome.err;
    EXPECT_EQ("", outcome.out);
    EXPECT_NE(std::string::npos, outcome.err.find("no GPU has the number " + std::to_string(past)))
        << outcome.err;
    EXPECT_NE(std::string::npos, outcome.err.find("hint: `levelgrad info`")) << outcome.err;
  }
}

}  // namespace
}  // namespace levelgrad::testing
