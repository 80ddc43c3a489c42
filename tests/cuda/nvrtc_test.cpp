// SPDX-License-Identifier: MIT
//
// NVRTC compiles the op header, given as text, without any include path. Needs no GPU.
#include <gtest/gtest.h>
#include <nvrtc.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace {

std::string read(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  EXPECT_FALSE(text.str().empty()) << path;
  return text.str();
}

TEST(Nvrtc, CompilesEveryOp) {
  const std::vector<const char*> names = {"levelgrad/fn.h",
                                          "levelgrad/math.h",
                                          "levelgrad/math/bits.h",
                                          "levelgrad/math/erf.h",
                                          "levelgrad/math/exp.h",
                                          "levelgrad/math/hyperbolic.h",
                                          "levelgrad/math/log.h",
                                          "levelgrad/math/pow.h",
                                          "levelgrad/math/pow_const.h",
                                          "levelgrad/math/rem_pio2.h",
                                          "levelgrad/math/softplus.h",
                                          "levelgrad/math/trig.h",
                                          "levelgrad/ops.h",
                                          "levelgrad/optimizers.h"};
  std::vector<std::string> texts;
  for (const char* name : names)
    texts.push_back(read(LEVELGRAD_ROOT "/core/include/" + std::string(name)));
  std::vector<const char*> headers;
  for (const std::string& text : texts) headers.push_back(text.c_str());
  const std::string source = read(LEVELGRAD_TESTS "/cuda/ops_kernel.cu");

  nvrtcProgram program = nullptr;
  ASSERT_EQ(NVRTC_SUCCESS,
            nvrtcCreateProgram(&program, source.c_str(), "ops_kernel.cu",
                               static_cast<int>(headers.size()), headers.data(), names.data()));
  const std::vector<const char*> options = {"--std=c++20",      "--gpu-architecture=compute_90",
                                            "--fmad=false",     "--prec-div=true",
                                            "--prec-sqrt=true", "--ftz=false"};
  const nvrtcResult result =
      nvrtcCompileProgram(program, static_cast<int>(options.size()), options.data());
  std::size_t log_size = 0;
  nvrtcGetProgramLogSize(program, &log_size);
  std::string log(log_size, '\0');
  nvrtcGetProgramLog(program, log.data());
  EXPECT_EQ(NVRTC_SUCCESS, result) << log;
  std::size_t ptx_size = 0;
  nvrtcGetPTXSize(program, &ptx_size);
  std::string ptx(ptx_size, '\0');
  nvrtcGetPTX(program, ptx.data());
  EXPECT_NE(std::string::npos, ptx.find(".entry run_f64"));
  EXPECT_NE(std::string::npos, ptx.find("sqrt.rn.f64"));
  nvrtcDestroyProgram(&program);
}

}  // namespace
