// SPDX-License-Identifier: MIT
//
// The compiler of generated code without a device: what it makes, what it keeps, what it refuses.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <thread>

#include "cuda/jit.h"
#include "cuda/ptx.h"

namespace levelgrad::testing {
namespace {

using cuda::JitCode;
using cuda::JitSource;
using cuda::JitTarget;

const char* const kernel_text = R"(
#include "levelgrad/ops.h"
extern "C" __global__ void f(const double* in, double* out, const float* x) {
  const double a = in[0], b = in[1], c = in[2];
  out[0] = levelgrad::op::Tanh::value(a, b, c);
  out[1] = a * b + c;
  out[2] = a / b;
  out[3] = x[0] * x[1] + x[2] / x[3];
}
)";

const JitTarget hopper = {9, 0};
const JitTarget hopper_ptx = {9, 0, true};

class JitCompile : public ::testing::Test {
protected:
  void SetUp() override { LG_REQUIRE_NVRTC(); }
};

template <class Error>
std::string message_of(const auto& f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

bool has(const std::string& whole, const std::string& part) {
  return whole.find(part) != std::string::npos;
}

std::vector<std::string> faults_of(const std::string& ptx) {
  std::vector<std::string> all;
  for (const Kernel& kernel : parse_ptx(ptx)) {
    for (const std::string& fault : faults(kernel)) all.push_back(kernel.name + ": " + fault);
  }
  return all;
}

TEST_F(JitCompile, MakesMachineCodeForAKnownArchitecture) {
  const JitCode code = cuda::compile(jit_source(kernel_text), hopper, {}, nullptr);
  EXPECT_FALSE(code.is_ptx);
  EXPECT_FALSE(code.cached);
  EXPECT_GT(code.compile_ms, 0);
  EXPECT_TRUE(code.bytes.starts_with("\177ELF"));
}

TEST_F(JitCompile, MakesPtxThatTheGateAccepts) {
  const JitCode code = cuda::compile(jit_source(kernel_text), hopper_ptx, {}, nullptr);
  EXPECT_TRUE(code.is_ptx);
  EXPECT_TRUE(has(code.bytes, ".target sm_90"));
  EXPECT_EQ(1U, parse_ptx(code.bytes).size());
  EXPECT_EQ(std::vector<std::string>{}, faults_of(code.bytes));
}

TEST_F(JitCompile, ContractsWhereThatIsAskedFor) {
  const JitCode code = cuda::compile(jit_source(kernel_text), hopper_ptx, {}, nullptr, true);
  EXPECT_NE(std::vector<std::string>{}, faults_of(code.bytes));
}

TEST_F(JitCompile, RefusesOptionsAboutRounding) {
  for (const char* option : {"--fmad=true", "-fmad=true", "--use_fast_math", "-use_fast_math",
                             "--prec-div=false", "--prec-sqrt=false", "--ftz=true"}) {
    EXPECT_THROW((void)cuda::compile(jit_source(kernel_text), hopper, {option}, nullptr),
                 InternalError)
        << option;
  }
}

TEST_F(JitCompile, TakesPtxForGpusThatItDoesNotKnow) {
  const int newest = cuda::Nvrtc::get().architectures().back();
  const std::string target = ".target sm_" + std::to_string(newest);
  const JitCode code = cuda::compile(jit_source(kernel_text), {99, 9}, {}, nullptr);
  EXPECT_TRUE(code.is_ptx);
  EXPECT_TRUE(has(code.bytes, target)) << code.bytes.substr(0, 500);
  EXPECT_TRUE(has(message_of<CompilerError>([] {
                    (void)cuda::compile(jit_source(kernel_text), {99, 9, false, true}, {}, nullptr);
                  }),
                  "99.9"));
  EXPECT_TRUE(has(message_of<CompilerError>([] {
                    (void)cuda::compile(jit_source(kernel_text), {3, 0}, {}, nullptr);
                  }),
                  "3.0"));
}

TEST_F(JitCompile, ShowsTheMistakesLine) {
  const std::string message = message_of<CompilerError>(
      [] { (void)cuda::compile(jit_source("int good;\nint bad = ;\n"), hopper, {}, nullptr); });
  EXPECT_TRUE(has(message, "test.cu(2)")) << message;
}

TEST_F(JitCompile, CutsALongLog) {
  std::string many;
  for (int i = 0; i < 90; ++i) many += "int x" + std::to_string(i) + " = not_declared;\n";
  const std::string message = message_of<CompilerError>(
      [&] { (void)cuda::compile(jit_source(many), hopper, {}, nullptr); });
  EXPECT_TRUE(has(message, "test.cu(1)")) << message;
  EXPECT_TRUE(has(message, "more characters")) << message;
  EXPECT_LT(message.size(), 5000U);
}

TEST_F(JitCompile, FindsWhatItHasMade) {
  MemoryCache cache;
  const JitCode made = cuda::compile(jit_source(kernel_text), hopper, {}, &cache);
  const JitCode found = cuda::compile(jit_source(kernel_text), hopper, {}, &cache);
  EXPECT_FALSE(made.cached);
  EXPECT_TRUE(found.cached);
  EXPECT_EQ(0, found.compile_ms);
  EXPECT_FALSE(found.is_ptx);
  EXPECT_EQ(made.bytes, found.bytes);
  EXPECT_EQ(1, cache.hits);
  EXPECT_EQ(1, cache.kept);
  EXPECT_FALSE(cuda::compile_afresh(jit_source(kernel_text), hopper, {}, &cache).cached);
  EXPECT_EQ(2, cache.kept);
  EXPECT_EQ(1U, cache.entries.size());
}

TEST_F(JitCompile, MakesAgainWhatCannotBeCode) {
  MemoryCache cache;
  for (const JitTarget& target : {hopper, hopper_ptx}) {
    const JitCode made = cuda::compile(jit_source(kernel_text), target, {}, &cache);
    for (auto& [key, bytes] : cache.entries) bytes = "damaged";
    const JitCode again = cuda::compile(jit_source(kernel_text), target, {}, &cache);
    EXPECT_FALSE(again.cached);
    EXPECT_EQ(made.bytes, again.bytes);
  }
  EXPECT_EQ(4, cache.kept);
}

TEST_F(JitCompile, NeedsNoCacheThatKeepsAnything) {
  class Forgetful : public CodeCache {
    std::optional<std::string> find(const std::string&) override { return std::nullopt; }
    void keep(const std::string&, std::string_view) override {}
  } cache;
  for (int i = 0; i < 2; ++i) {
    EXPECT_FALSE(cuda::compile(jit_source(kernel_text), hopper, {}, &cache).cached);
  }
}

TEST_F(JitCompile, CompilesInManyThreads) {
  const std::string expected =
      cuda::compile(jit_source(kernel_text), hopper_ptx, {}, nullptr).bytes;
  std::vector<std::string> made(4);
  {
    std::vector<std::jthread> threads;
    for (std::string& bytes : made) {
      threads.emplace_back([&bytes] {
        bytes = cuda::compile(jit_source(kernel_text), hopper_ptx, {}, nullptr).bytes;
      });
    }
  }
  for (const std::string& bytes : made) EXPECT_EQ(expected, bytes);
}

TEST_F(JitCompile, HasAnotherKeyForAllThatMatters) {
  MemoryCache cache;
  const auto add = [&](const JitSource& source, const JitTarget& target,
                       const std::vector<std::string>& options, bool contract) {
    (void)cuda::compile(source, target, options, &cache, contract);
  };
  const JitSource source = {"a.cu", "#include \"h.h\"\n", {{"h.h", "struct A {};\n"}}};
  add(source, hopper, {}, false);
  add(source, hopper_ptx, {}, false);
  add(source, {8, 0}, {}, false);
  add(source, hopper, {"-DX=1"}, false);
  add(source, hopper, {"-DX=1", "-DY=2"}, false);
  add(source, hopper, {}, true);
  JitSource other = source;
  other.text += "\n";
  add(other, hopper, {}, false);
  other = source;
  other.headers[0].second = "struct B {};\n";
  add(other, hopper, {}, false);
  EXPECT_EQ(8, cache.kept);
  EXPECT_EQ(8U, cache.entries.size());
  EXPECT_EQ(0, cache.hits);
}

TEST(JitTarget, FollowsTheEnvironment) {
  const auto target = [](const char* value) {
    const WithVariable variable("LEVELGRAD_JIT", value);
    return cuda::jit_target(8, 9);
  };
  for (const char* unset : {static_cast<const char*>(nullptr), ""}) {
    EXPECT_EQ(8, target(unset).major);
    EXPECT_EQ(9, target(unset).minor);
    EXPECT_FALSE(target(unset).ptx_only);
    EXPECT_FALSE(target(unset).cubin_only);
  }
  EXPECT_TRUE(target("ptx").ptx_only);
  EXPECT_FALSE(target("ptx").cubin_only);
  EXPECT_TRUE(target("cubin").cubin_only);
  EXPECT_FALSE(target("cubin").ptx_only);
  EXPECT_TRUE(has(message_of<ArgumentError>([&] { (void)target("nonsense"); }), "nonsense"));
}

TEST(JitNvrtc, SaysWhereItIsMissing) {
  const std::vector<std::string> files = {"libnvrtc.so.nowhere", "/nonexistent/libnvrtc.so"};
  const std::string message = message_of<CompilerError>([&] { const cuda::Nvrtc nvrtc(files); });
  EXPECT_TRUE(has(message, "/nonexistent/libnvrtc.so")) << message;
  EXPECT_TRUE(has(message, "LEVELGRAD_NVRTC")) << message;
}

TEST(JitNvrtc, IsNoOtherLibrary) {
  const std::vector<std::string> files = {"libc.so.6"};
  EXPECT_TRUE(
      has(message_of<CompilerError>([&] { const cuda::Nvrtc nvrtc(files); }), "nvrtcVersion"));
}

// In a process of its own, as this one may have opened NVRTC before.
TEST(JitNvrtcDeathTest, IsTheFileThatTheEnvironmentNames) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto without = [] {
    const WithVariable variable("LEVELGRAD_NVRTC", "/nonexistent/nvrtc");
    const std::string message = message_of<CompilerError>(
        [] { (void)cuda::compile(jit_source(kernel_text), hopper, {}, nullptr); });
    std::exit(has(message, "/nonexistent/nvrtc") && !has(message, "libnvrtc.so.13") ? 0 : 1);
  };
  EXPECT_EXIT(without(), ::testing::ExitedWithCode(0), "");
}

TEST_F(JitCompile, HasAscendingArchitectures) {
  const auto known = cuda::Nvrtc::get().architectures();
  EXPECT_EQ(std::set<int>(known.begin(), known.end()).size(), known.size());
  EXPECT_TRUE(std::is_sorted(known.begin(), known.end()));
  EXPECT_TRUE(std::binary_search(known.begin(), known.end(), 90));
}

}  // namespace
}  // namespace levelgrad::testing
