// SPDX-License-Identifier: MIT
//
// Fast mode of cuda-fused: NVRTC contracts in its kernels and does nothing else; exact mode knows
// nothing of it.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cuda/device.h"
#include "cuda/ptx.h"
#include "levelgrad/cuda/fused_executor.h"
#include "levelgrad/host/dataset.h"
#include "levelgrad/host/parity.h"
#include "support/environment.h"
#include "support/fast_ops.h"
#include "support/sample_programs.h"

namespace levelgrad::testing {
namespace {

/// Keeps all code that was made, so that it can be read.
class KeptCode : public CodeCache {
public:
  std::optional<std::string> find(const std::string& key) override {
    const auto found = entries.find(key);
    if (found == entries.end()) return std::nullopt;
    return found->second;
  }
  void keep(const std::string& key, std::string_view bytes) override { entries[key] = bytes; }

  std::map<std::string, std::string> entries;
};

template <class T>
struct Fused {
  explicit Fused(Math math) : executor({.cache = code, .math = math}) {}

  std::shared_ptr<KeptCode> code = std::make_shared<KeptCode>();
  cuda::BasicFusedExecutor<T> executor;
};

template <class T>
class FastModeOnDevice : public ::testing::Test {
protected:
  void SetUp() override { LG_REQUIRE_DEVICE(); }

private:
  const Variable form_{"LEVELGRAD_JIT", "ptx"};
};
using Dtypes = ::testing::Types<double, float>;
TYPED_TEST_SUITE(FastModeOnDevice, Dtypes);

/// How many fma the kernels of a PTX text have.
std::ptrdiff_t fma_count(const std::vector<Kernel>& kernels) {
  std::ptrdiff_t count = 0;
  for (const Kernel& kernel : kernels) {
    count += std::ranges::count_if(kernel.instructions, [](const Instruction& each) {
      return each.opcode.starts_with("fma.rn");
    });
  }
  return count;
}

TYPED_TEST(FastModeOnDevice, ContractsOnTheMoonsAndStaysWithinTheBound) {
  using T = TypeParam;
  const Program program = moons_program<T>();
  PythonRandom random(5);
  const std::vector<double> rows = host::inputs_and_labels(host::make_moons(150, 0.1, random));
  const std::vector<T> inputs(rows.begin(), rows.end());
  Fused<T> fast(Math::Fast), exact(Math::Exact);
  BasicReferenceExecutor<T> reference;
  const auto observed = [&](BasicExecutor<T>& executor) {
    return host::observe(executor, host::BasicParityCase<T>{program, 150, inputs, 2});
  };
  const auto expected = observed(reference), found = observed(fast.executor);
  EXPECT_EQ("", fast.executor.why_not());
  EXPECT_TRUE(fast.executor.name().starts_with("cuda-fused, fast math, "));
  for (const auto& agreement : host::compare(program, expected, observed(exact.executor))) {
    EXPECT_EQ(agreement.count, agreement.identical) << agreement.quantity;
  }
  std::map<std::string, bool> differs;
  for (const host::Deviation& each : host::deviations(expected, found)) {
    EXPECT_LE(each.scaled, host::most_deviation<T>) << each.quantity;
    differs[each.quantity] = each.identical < each.count;
    std::printf("  %-18s %.2g absolute, %.2g relative, %.2g ulps, %.2g of the largest\n",
                each.quantity.c_str(), each.absolute, each.relative, each.ulps, each.scaled);
  }
  EXPECT_TRUE(differs["grads"]) << "the kernel for a tile has not contracted";
  EXPECT_TRUE(differs["AdamW parameters"]) << "the kernel for steps has not contracted";

  // The same kernels under other keys.
  ASSERT_EQ(exact.code->entries.size(), fast.code->entries.size());
  for (const auto& [key, ptx] : exact.code->entries) {
    EXPECT_FALSE(fast.code->entries.contains(key));
    const std::vector<Kernel> kernels = parse_ptx(ptx);
    // The moons net has no op that is or calls fma.
    EXPECT_EQ(0, fma_count(kernels));
    for (const Kernel& kernel : kernels) EXPECT_EQ(std::vector<std::string>(), faults(kernel));
  }
  for (const auto& [key, ptx] : fast.code->entries) {
    const std::vector<Kernel> kernels = parse_ptx(ptx);
    EXPECT_LT(100, fma_count(kernels));
    for (const Kernel& kernel : kernels) {
      for (const std::string& fault : faults(kernel)) {
        // Operations that ptxas may contract too are what fast mode is.
        const bool contraction =
            fault.starts_with("add.f") || fault.starts_with("sub.f") || fault.starts_with("mul.f");
        EXPECT_TRUE(contraction) << kernel.name << ": " << fault;
      }
    }
    for (const char* forbidden : {".approx", ".ftz", ".full"}) {
      EXPECT_EQ(std::string::npos, ptx.find(forbidden)) << forbidden;
    }
  }
}

TYPED_TEST(FastModeOnDevice, KeepsTheAccuracyOfEveryOp) {
  Fused<TypeParam> fast(Math::Fast);
  expect_accurate_ops(fast.executor);
  EXPECT_EQ("", fast.executor.why_not());
}

}  // namespace
}  // namespace levelgrad::testing
