// SPDX-License-Identifier: MIT
//
// The PTX gate: what nvcc and NVRTC make of the ops and functions has no instruction that could
// give other bits than the host, and no fma that the source does not have.
//
// What the count of fma proves: the host executes an op with each different math::fma() counted, at
// many operands, so that each branch is taken. PTX has at most as many on its longest way. An
// a * b + c that the compiler had contracted would be one more, unless it optimised one of the
// source's away on the same way. That ptxas contracts nothing later follows from .rn on every
// operation.
#include "support/counted_fma.h"
// First: it counts what the headers below execute.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

#include "cuda/compile.h"
#include "cuda/ptx.h"
#include "levelgrad/optimizers.h"
#include "support/math_list.h"
#include "support/op_points.h"

namespace levelgrad::testing {
namespace {

using Counts = std::map<std::string, int>;  // by the kernels' names in gate_kernels.cu

template <class F>
void count(Counts& counts, const std::string& kernel, F execute) {
  executed_fma.clear();
  execute();
  counts[kernel] = std::max(counts[kernel], count_different_fma());
}

/// Which of an op's functions are counted: 0 the value, 1 to 3 the derivatives, as in the kernels.
template <class O, class T>
void count_op(Counts& counts, const std::string& name) {
  [[maybe_unused]] volatile T sink;
  for (int which = 0; which < 4; ++which) counts[name + std::to_string(which)] = 0;
  for (const auto& [a, b, c, g] : op_points<T>(2000)) {
    const T y = O::value(a, b, c);
    count(counts, name + "0", [&] { sink = O::value(a, b, c); });
    if constexpr (O::active > 0) count(counts, name + "1", [&] { sink = O::da(g, a, b, c, y); });
    if constexpr (O::active > 1) count(counts, name + "2", [&] { sink = O::db(g, a, b, c, y); });
    if constexpr (O::active > 2) count(counts, name + "3", [&] { sink = O::dc(g, a, b, c, y); });
  }
}

template <class F, class T>
void count_function(Counts& counts, const std::string& name) {
  [[maybe_unused]] volatile T sink;
  for (const auto& [a, b, c, g] : op_points<T>(2000)) {
    count(counts, name, [&] { sink = F::value(a, b); });
  }
}

/// What the host executes, for each kernel of gate_kernels.cu.
const Counts& executed() {
  static const Counts made = [] {
    Counts counts = {{"clip_f64", 0}, {"clip_f32", 0}};
#define LG_COUNT(name)                   \
  counts["optimizer_" #name "_f64"] = 0; \
  counts["optimizer_" #name "_f32"] = 0;
    LG_OPTIMIZERS(LG_COUNT)
#undef LG_COUNT
#define LG_COUNT(name, function)                           \
  count_op<op::name, double>(counts, "op_" #name "_f64_"); \
  count_op<op::name, float>(counts, "op_" #name "_f32_");
    LG_OPS(LG_COUNT)
#undef LG_COUNT
#define LG_COUNT(name, call)                                     \
  count_function<name##_, double>(counts, "math_" #name "_f64"); \
  count_function<name##_, float>(counts, "math_" #name "_f32");
    LG_MATH_FUNCTIONS(LG_COUNT)
#undef LG_COUNT
    return counts;
  }();
  return made;
}

/// What the gate has against a kernel.
std::vector<std::string> verdict(const Kernel& kernel) {
  std::vector<std::string> reasons = faults(kernel);
  const std::optional<int> fma = fma_on_longest_way(kernel);
  const auto expected = executed().find(kernel.name);
  const int allowed = expected == executed().end() ? 0 : expected->second;
  if (!fma) {
    reasons.push_back("a loop or a call: fma cannot be counted");
  } else if (*fma > allowed) {
    reasons.push_back(std::to_string(*fma) + " fma, the source has " + std::to_string(allowed));
  }
  return reasons;
}

/// The rejected kernels, with the reasons.
std::map<std::string, std::vector<std::string>> rejected(const std::string& ptx) {
  std::map<std::string, std::vector<std::string>> result;
  for (const Kernel& kernel : parse_ptx(ptx)) {
    if (const auto reasons = verdict(kernel); !reasons.empty()) result[kernel.name] = reasons;
  }
  return result;
}

/// Contract flags, one of them turned over.
std::vector<std::string> flags_but(const std::string& flag, const std::string& instead) {
  std::vector<std::string> flags = contract_flags();
  const auto place = std::find(flags.begin(), flags.end(), flag);
  EXPECT_NE(flags.end(), place) << flag;
  if (place != flags.end()) *place = instead;
  return flags;
}

void expect_accepted(const std::string& ptx) {
  Counts missing = executed();
  for (const Kernel& kernel : parse_ptx(ptx)) missing.erase(kernel.name);
  EXPECT_TRUE(missing.empty()) << "no kernel " << missing.begin()->first;
  for (const auto& [name, reasons] : rejected(ptx)) {
    for (const std::string& reason : reasons) ADD_FAILURE() << name << ": " << reason;
  }
}

/// Contraction changes some ops: there are more fma than the source has; and it leaves operations
/// without .rn in all others that add or multiply.
void expect_contraction_seen(const std::string& ptx) {
  const auto found = rejected(ptx);
  int more_fma = 0;
  for (const Kernel& kernel : parse_ptx(ptx)) {
    const auto allowed = executed().find(kernel.name);
    ASSERT_NE(executed().end(), allowed) << kernel.name;
    if (fma_on_longest_way(kernel).value_or(0) > allowed->second) ++more_fma;
  }
  EXPECT_GE(more_fma, 4);  // at least the derivatives of tan and silu, in both dtypes
#define LG_EXPECT_FOUND(name) EXPECT_TRUE(found.contains("optimizer_" #name "_f64"));
  LG_OPTIMIZERS(LG_EXPECT_FOUND)
#undef LG_EXPECT_FOUND
  EXPECT_TRUE(found.contains("op_Add_f32_0"));
  EXPECT_FALSE(found.contains("op_Neg_f32_0"));
}

TEST(PtxGate, KnowsItsOpcodes) {
  for (const char* good : {"add.rn.f64",
                           "sub.rn.f32",
                           "fma.rn.f32",
                           "div.rn.f32",
                           "rcp.rn.f64",
                           "sqrt.rn.f64",
                           "add.s32",
                           "mul.wide.s32",
                           "mul.lo.u64",
                           "mad.lo.s32",
                           "neg.f64",
                           "abs.f32",
                           "setp.lt.f64",
                           "selp.f32",
                           "mov.f64",
                           "ld.global.f64",
                           "cvt.rn.f32.f64",
                           "cvt.f64.f32",
                           "cvt.rzi.s32.f32",
                           "atom.global.add.u32",
                           "red.global.add.u64",
                           "bar.sync",
                           "ret"}) {
    EXPECT_EQ("", fault(good)) << good;
  }
  for (const char* bad : {"add.f64",
                          "sub.f32",
                          "mul.f32",
                          "mul.rz.f64",
                          "add.rn.ftz.f32",
                          "fma.rn.ftz.f32",
                          "mad.f32",
                          "div.approx.f32",
                          "div.full.f32",
                          "div.approx.ftz.f32",
                          "rcp.approx.ftz.f64",
                          "sqrt.approx.f32",
                          "rsqrt.approx.f64",
                          "ex2.approx.f32",
                          "lg2.approx.ftz.f32",
                          "tanh.approx.f32",
                          "setp.lt.ftz.f32",
                          "atom.global.add.f64",
                          "red.global.add.f32",
                          "atom.shared.add.noftz.f16",
                          "red.relaxed.gpu.global.add.f64",
                          "add.rm.f64",
                          "cvt.rz.f32.f64"}) {
    EXPECT_NE("", fault(bad)) << bad;
  }
}

TEST(PtxGate, CountsTheFmaOfTheLongestWay) {
  const std::vector<Kernel> kernels = parse_ptx(R"(
.visible .entry branches(
	.param .u64 branches_param_0
)
{
	.reg .pred 	%p<3>;
	@%p1 bra 	$L__BB0_2;
	fma.rn.f64 	%fd1, %fd2, %fd3, %fd4;
	bra.uni 	$L__BB0_3;
$L__BB0_2:
	fma.rn.f64 	%fd1, %fd2, %fd3, %fd4;
	fma.rn.f64 	%fd1, %fd2, %fd3, %fd4; // twice
$L__BB0_3:
	fma.rn.f32 	%fd1, %fd2, %fd3, %fd4;
	ret;
}
.func  (.param .b64 func_retval0) loops(
	.param .b64 loops_param_0
)
{
$L__BB1_1:
	fma.rn.f64 	%fd1, %fd2, %fd3, %fd4;
	@%p1 bra 	$L__BB1_1;
	ret;
}
)");
  ASSERT_EQ(2U, kernels.size());
  EXPECT_EQ("branches", kernels[0].name);
  EXPECT_TRUE(kernels[0].entry);
  EXPECT_EQ(3, fma_on_longest_way(kernels[0]));
  EXPECT_EQ("loops", kernels[1].name);
  EXPECT_FALSE(kernels[1].entry);
  EXPECT_EQ(std::nullopt, fma_on_longest_way(kernels[1]));
}

TEST(PtxGate, AcceptsEveryOpAndFunctionFromNvcc) {
  expect_accepted(compile_by_nvcc("gate_kernels.cu", contract_flags()));
}

TEST(PtxGate, AcceptsEveryOpAndFunctionFromNvrtc) {
  expect_accepted(compile_by_nvrtc("gate_kernels.cu", contract_flags()));
}

TEST(PtxGate, SeesContractionByNvcc) {
  const auto flags = flags_but("--fmad=false", "--fmad=true");
  expect_contraction_seen(compile_by_nvcc("gate_kernels.cu", flags));
}

TEST(PtxGate, SeesContractionByNvrtc) {
  const auto flags = flags_but("--fmad=false", "--fmad=true");
  expect_contraction_seen(compile_by_nvrtc("gate_kernels.cu", flags));
}

TEST(PtxGate, RejectsWhatEachFlagPrevents) {
  const auto names = [](const std::vector<std::string>& flags) {
    std::vector<std::string> result;
    for (const auto& [name, reasons] : rejected(compile_by_nvcc("gate_offenders.cu", flags))) {
      result.push_back(name);
    }
    return result;
  };
  using Names = std::vector<std::string>;
  const Names always = {"adds_atomically_f32", "adds_atomically_f64", "calls_libdevice_f32",
                        "calls_libdevice_f64"};
  const auto always_and = [&](const Names& more) {
    Names all = always;
    all.insert(all.end(), more.begin(), more.end());
    std::sort(all.begin(), all.end());
    return all;
  };
  EXPECT_EQ(always, names(contract_flags()));
  EXPECT_EQ(always_and({"adds_f32", "adds_f64", "contracts_f32", "contracts_f64"}),
            names(flags_but("--fmad=false", "--fmad=true")));
  EXPECT_EQ(always_and({"divides_f32"}), names(flags_but("--prec-div=true", "--prec-div=false")));
  EXPECT_EQ(always_and({"takes_roots_f32"}),
            names(flags_but("--prec-sqrt=true", "--prec-sqrt=false")));
  EXPECT_EQ(always_and({"adds_f32", "contracts_f32", "divides_f32", "takes_roots_f32"}),
            names(flags_but("--ftz=false", "--ftz=true")));
}

}  // namespace
}  // namespace levelgrad::testing
