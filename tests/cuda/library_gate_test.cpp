// SPDX-License-Identifier: MIT
//
// The PTX gate over the library's own kernels: a test for each .cu file that cuda/CMakeLists.txt
// lists. Their loops cannot be counted, but every operation must say .rn, so that neither nvcc nor
// ptxas has contracted anything; and nothing may approximate, flush or be an atomic on numbers.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "cuda/compile.h"
#include "cuda/ptx.h"

namespace levelgrad::testing {
namespace {

std::vector<std::string> kernel_files() {
  std::istringstream list(LEVELGRAD_KERNELS);
  std::vector<std::string> files;
  for (std::string name; std::getline(list, name, ':');) files.push_back(name);
  return files;
}

std::string path_of(const std::string& file) { return LEVELGRAD_ROOT "/cuda/" + file; }

std::string text_of(const std::string& file) {
  std::ostringstream text;
  text << std::ifstream(path_of(file)).rdbuf();
  return text.str();
}

/// "kernel: opcode: why" for all that the gate has against a file.
std::vector<std::string> reasons_against(const std::vector<Kernel>& kernels) {
  std::vector<std::string> reasons;
  for (const Kernel& kernel : kernels) {
    for (const std::string& fault : faults(kernel)) reasons.push_back(kernel.name + ": " + fault);
    // What nvcc adds for a function of the C library that it does not put in line.
    if (kernel.name.starts_with("__internal_") || kernel.name.starts_with("__nv_")) {
      reasons.push_back(kernel.name + ": is a function of libdevice");
    }
  }
  return reasons;
}

std::string name_of_test(const ::testing::TestParamInfo<std::string>& info) {
  std::string name = info.param.substr(info.param.rfind('/') + 1);
  std::ranges::replace_if(
      name, [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

class PtxGateOfLibrary : public ::testing::TestWithParam<std::string> {};

// An empty list is the business of the test below.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(PtxGateOfLibrary);
INSTANTIATE_TEST_SUITE_P(File, PtxGateOfLibrary, ::testing::ValuesIn(kernel_files()), name_of_test);

TEST_P(PtxGateOfLibrary, AcceptsEveryKernel) {
  const std::vector<Kernel> kernels =
      parse_ptx(compile_by_nvcc(path_of(GetParam()), contract_flags()));
  for (const std::string& reason : reasons_against(kernels)) ADD_FAILURE() << reason;
  if (text_of(GetParam()).find("__global__") != std::string::npos) {
    EXPECT_TRUE(std::ranges::any_of(kernels, &Kernel::entry)) << "no kernel was compiled";
  }
}

TEST(PtxGate, HasKernelsOfTheLibraryToRead) {
  EXPECT_FALSE(kernel_files().empty()) << "cuda/CMakeLists.txt lists no .cu file";
}

TEST(PtxGate, SeesContractionInTheLibrary) {
  std::vector<std::string> flags = contract_flags();
  std::ranges::replace(flags, "--fmad=false", "--fmad=true");
  ASSERT_NE(flags, contract_flags());
  ASSERT_FALSE(kernel_files().empty());
  for (const std::string& file : kernel_files()) {  // until one is seen: compiling takes long
    if (!reasons_against(parse_ptx(compile_by_nvcc(path_of(file), flags))).empty()) return;
  }
  FAIL() << "no kernel of the library is rejected though all were compiled with contraction";
}

}  // namespace
}  // namespace levelgrad::testing
