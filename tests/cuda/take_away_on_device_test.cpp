// SPDX-License-Identifier: MIT
//
// CUDA files to take away, compiled by nvcc and run on a device, beside the reference executor.
#include <unistd.h>

#include "cuda/device.h"
#include "support/conformance_cases.h"
#include "support/program_builder.h"
#include "support/sample_programs.h"
#include "support/take_away_run.h"

namespace levelgrad::testing {
namespace {

bool has_gpu() { return ::access("/dev/nvidiactl", F_OK) == 0; }

/// As a file's first comment says, but for warnings, a library, and the runtime that this process
/// has. Where there is no GPU, PTX: cudaemu executes nothing else.
std::string nvcc(const std::string& flags = "--fmad=false") {
  return LEVELGRAD_NVCC " -std=c++20 " + flags +
         " --Werror all-warnings -shared -Xcompiler=-fPIC " +
         (has_gpu() ? "-arch=native" : "-gencode arch=compute_90,code=compute_90 -cudart shared");
}

template <class T>
void expect_bits(const std::string& flags, const Program& program,
                 const std::vector<std::size_t>& counts) {
  const Schedule schedule(program);
  const TakeAwayOptions options = {.name = "net", .f64 = sizeof(T) == 8};
  const host::NativeLibrary library =
      compiled_file(nvcc(flags), ".cu", take_away_cuda(schedule, options).text());
  for (const std::size_t count : counts) {
    expect_reference_bits(library, "net", case_of<T>("case", program, count, count));
  }
}

const std::vector<std::size_t> counts = {1, 100, 129, 1000};

TEST(TakeAwayCuda, Moons) {
  LG_REQUIRE_DEVICE();
  expect_bits<double>("-O3 --fmad=false", moons_program(), counts);
}
TEST(TakeAwayCuda, RandomPrograms) {
  LG_REQUIRE_DEVICE();
  expect_bits<double>("--fmad=false", random_program(3, {.body_ops = 60, .tame = true}), counts);
  expect_bits<float>("--fmad=false", random_program(8, {.body_ops = 60}), counts);
}
TEST(TakeAwayCuda, TwoPasses) {
  LG_REQUIRE_DEVICE();
  for (const BatchCase<float>& test : two_pass_cases<float>()) {
    if (test.example_count == 1) expect_bits<float>("--fmad=false", test.programs[0], {1, 1000});
  }
}
TEST(TakeAwayCuda, FramesInDeviceMemory) {
  LG_REQUIRE_DEVICE();
  expect_bits<double>("--fmad=false -DLEVELGRAD_SHARED_BYTES=16", random_program(5, {.tame = true}),
                      {129, 700});
}
TEST(TakeAwayCuda, ProgramsWithAlmostNothing) {
  LG_REQUIRE_DEVICE();
  for (const BatchCase<double>& test : odd_cases<double>()) {
    if (test.name != "the root is a parameter" || test.example_count > 1) continue;
    expect_bits<double>("--fmad=false", test.programs[0], {1, 129});
  }
}
/// More than a slab of chunks.
TEST(TakeAwayCuda, LargeBatches) {
  LG_REQUIRE_DEVICE();
  ProgramBuilder made;
  const auto x = made.input(), w = made.parameter(0.5);
  const auto y = made.operation(Op::Mul, x, w);
  made.output(made.operation(Op::Mean, made.operation(Op::Mul, y, y)));
  made.output(y);
  expect_bits<float>("--fmad=false", made.build(), {131072, 3 * 131072 + 300});
}
#if !LEVELGRAD_SHARED_RUNTIME
/// ptxas contracts, so nothing of it is seen under cudaemu, which executes PTX.
TEST(TakeAwayCuda, NoticesContraction) {
  LG_REQUIRE_DEVICE();
  const Program program = random_program(3, {.tame = true});
  const host::NativeLibrary library = compiled_file(
      nvcc("--fmad=true"), ".cu", take_away_cuda(Schedule(program), {.name = "net"}).text());
  const std::vector<double> numbers(100);
  std::vector<double> grads(program.parameter_count());
  double loss = 0;
  using Step = int(const double*, const double*, std::size_t, double*, double*);
  EXPECT_EQ(-1, library.function<Step>("net_step")(numbers.data(), numbers.data(), 1, &loss,
                                                   grads.data()));
}
#endif

}  // namespace
}  // namespace levelgrad::testing
