// SPDX-License-Identifier: MIT
//
// The program on a device: what it finds, and that it prints what the CPU prints.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
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
  for (const char* name : {"cuda-fused", "cuda-level"}) {
    EXPECT_NE(std::string::npos,
              table.out.find(std::string("  ") + name + "    GPU, can run here\n"))
        << table.out;
  }

  const auto info = nlohmann::json::parse(run("info --json").out);
  EXPECT_TRUE(info.at("cuda").at("built"));
  EXPECT_TRUE(info.at("cuda").at("driver").is_string());
  EXPECT_TRUE(info.at("cuda").at("why_no_gpu").is_null());
  EXPECT_NE(info.at("cuda").at("nvrtc").is_null(), info.at("cuda").at("why_no_nvrtc").is_null());
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

// Mini-batches, clipping, every report and the fingerprint; then half on the device, half not.
TEST_F(ProgramOnDevice, TrainsInBatchesAndGoesOnElsewhere) {
  LG_REQUIRE_DEVICE();
  const std::string train =
      "train circles --points 60 --hidden 3 --batch 16 --clip-norm 0.5 --fingerprint-every 2 ";
  for (const char* dtype : {"--dtype f64 ", "--dtype f32 "}) {
    const Outcome cpu = run(train + dtype + "--steps 8 --device cpu --save cpu");
    ASSERT_EQ(0, cpu.exit_code) << cpu.err;
    const std::string last = lines_of(cpu.out).back();
    ASSERT_TRUE(last.starts_with("fingerprint ")) << last;
    for (const std::string executor : {"cuda-fused", "cuda-level"}) {
      const std::string how = "--save " + executor + " --executor " + executor;
      EXPECT_EQ(cpu.out, run(train + dtype + "--steps 8 " + how).out) << dtype << executor;
      EXPECT_EQ(0, run(train + dtype + "--steps 5 " + how).exit_code);
      const Outcome rest = run("train --resume " + executor + " --steps 8 --executor host");
      ASSERT_EQ(0, rest.exit_code) << rest.err;
      EXPECT_EQ(last, lines_of(rest.out).back()) << dtype << executor;
    }
  }
}

TEST_F(ProgramOnDevice, TrainsAsOnTheCpu) {
  LG_REQUIRE_DEVICE();
  // An emulator takes its time, so the networks but one are small.
  const auto expect_same = [&](const std::string& train, const std::string& options) {
    const Outcome cpu = run(train + " --device cpu");
    ASSERT_EQ(0, cpu.exit_code) << cpu.err;
    const Outcome cuda = run(train + " " + options);
    EXPECT_EQ(0, cuda.exit_code) << options << ": " << cuda.err;
    EXPECT_EQ(cpu.out, cuda.out) << options;
    EXPECT_EQ(std::string::npos, cuda.err.find("CPU")) << cuda.err;
  };
  expect_same("train moons --steps 2", "--device cuda");
  expect_same("train moons --steps 2", "--executor cuda-fused");
  expect_same("train yinyang --steps 2 --hidden 2", "--device cuda");
  for (const char* options : {"--device cuda:0 --strategy launches", "--strategy persistent",
                              "--executor cuda-level", "--executor cuda-level --device cuda",
                              "--executor cuda-fused --device cuda:0", "--device auto", ""}) {
    expect_same("train moons --steps 2 --hidden 2", options);
  }
  for (const char* dtype : {"f64", "f32"}) {  // the last two diverge
    expect_same(std::string("train moons --models 3 --steps 3 --hidden 2 --sweep lr=0.5:1e200 ") +
                    "--dtype " + dtype,
                "--device cuda");
  }
  expect_same("train yinyang --models 2 --steps 2 --hidden 2", "");
  expect_same("train moons --models 2 --steps 3 --hidden 2 --sweep penalty=0.1:1", "");
}

// The fastest that can run is taken, and what it is is told when it is not what it was meant to be.
TEST_F(ProgramOnDevice, SaysOnceThatNothingIsCompiled) {
  LG_REQUIRE_DEVICE();
  const std::string train = "train moons --steps 2 --hidden 2";
  const std::string cpu = run(train + " --device cpu").out;
  const std::string note =
      "levelgrad: cuda-fused runs as cuda-level does: NVRTC, which compiles generated code, cannot "
      "be opened: /nonexistent/nvrtc";
  const auto notes_of = [&](const std::string& options, const std::string& begin) {
    const Outcome outcome = run(train + options, "LEVELGRAD_NVRTC=/nonexistent/nvrtc ");
    EXPECT_EQ(0, outcome.exit_code) << outcome.err;
    EXPECT_EQ(cpu, outcome.out);
    const auto lines = lines_of(outcome.err);
    return std::ranges::count_if(lines, [&](const auto& line) { return line.starts_with(begin); });
  };
  EXPECT_EQ(1, notes_of(" --device cuda", note));
  EXPECT_EQ(1, notes_of("", note));
  EXPECT_EQ(0, notes_of(" --executor cuda-level", "levelgrad: cuda-fused"));
  EXPECT_EQ(0, notes_of(" --strategy launches", "levelgrad: cuda-fused"));
  const auto info =
      nlohmann::json::parse(run("info --json", "LEVELGRAD_NVRTC=/nonexistent/nvrtc ").out);
  EXPECT_TRUE(info.at("cuda").at("nvrtc").is_null());
  EXPECT_TRUE(info.at("cuda").at("why_no_nvrtc").is_string());
}

TEST_F(ProgramOnDevice, KeepsWhatItCompiles) {
  LG_REQUIRE_DEVICE();
  if (nlohmann::json::parse(run("info --json").out).at("cuda").at("nvrtc").is_null()) {
    GTEST_SKIP() << "there is no NVRTC";
  }
  const std::filesystem::path cache = folder_ / "cache";
  const std::string prefix = "LEVELGRAD_CACHE='" + cache.string() + "' ";
  const std::string command = "parity yinyang --steps 1 --dtype f64 --executor cuda-fused";
  EXPECT_EQ(0, run(command, prefix).exit_code);
  EXPECT_FALSE(std::filesystem::is_empty(cache));
  EXPECT_NE(std::string::npos, run("info", prefix).out.find("compiled code   " + cache.string()));
  // A folder that cannot be made: told, and that is all.
  const std::string none = "LEVELGRAD_CACHE=/proc/nonexistent/cache ";
  const Outcome outcome = run(command, none);
  EXPECT_EQ(0, outcome.exit_code) << outcome.err;
  EXPECT_NE(std::string::npos, outcome.err.find("/proc/nonexistent")) << outcome.err;
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
  EXPECT_EQ("cuda-fused cuda-level host-native host ", executors_of(""));
  EXPECT_EQ("cuda-fused cuda-level host-native host ", executors_of("--device auto"));
  EXPECT_EQ("cuda-fused cuda-level ", executors_of("--device cuda"));
  EXPECT_EQ("cuda-fused ", executors_of("--executor cuda-fused"));
  EXPECT_EQ("cuda-level host-native host ", executors_of("--strategy launches"));
  EXPECT_EQ("host-native host ", executors_of("--device cpu"));
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
