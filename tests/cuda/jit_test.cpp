// SPDX-License-Identifier: MIT
//
// Code that is compiled when the program runs, on a device: its bits, its arrays, its launches.
#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <numeric>
#include <stdexcept>

#include "check.h"
#include "cuda/device.h"
#include "cuda/jit.h"
#include "device_memory.h"
#include "jit_module.h"
#include "levelgrad/ops.h"
#include "support/bits.h"

namespace levelgrad::testing {
namespace {

using cuda::JitKernel;
using cuda::JitModule;

const char* const tanh_text = R"(
#include "levelgrad/ops.h"
extern "C" __global__ void take_tanh(const double* in, double* out, int count) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < count) out[i] = levelgrad::op::Tanh::value(in[i], in[i], in[i]);
}
)";

const char* const add_text = R"(
extern "C" __global__ void add(int* to, int by) { to[threadIdx.x] += by; }
)";

/// A test that a device and a compiler are needed for.
class JitOnDevice : public ::testing::Test {
protected:
  void SetUp() override {
    LG_REQUIRE_DEVICE();
    LG_REQUIRE_NVRTC();
  }

  static cuda::JitTarget target() {
    int device = 0;
    check(cudaGetDevice(&device));
    return cuda::jit_target(device);
  }
  static JitModule load(const std::string& text) {
    return cuda::load_or_recompile(jit_source(text), target(), {}, nullptr).module;
  }
  static void add_one(const JitModule& module) {
    DeviceArray<int> numbers(std::vector<int>(32, 7));
    int* data = numbers.data();
    int by = 1;
    std::array<void*, 2> args = {&data, &by};
    module.kernel("add").launch(1, 32, 0, nullptr, args.data());
    EXPECT_EQ(std::vector<int>(32, 8), numbers.to_host());
  }
};

std::string message_of(const auto& f) {
  try {
    f();
  } catch (const DeviceError& error) {
    return error.what();
  }
  return "no DeviceError";
}

TEST_F(JitOnDevice, OpsHaveTheHostsBits) {
  const JitModule module = load(tanh_text);
  std::vector<double> in(1000);
  for (std::size_t i = 0; i < in.size(); ++i) in[i] = (static_cast<double>(i) - 500) / 37;
  in[0] = std::numeric_limits<double>::infinity();
  in[1] = std::numeric_limits<double>::quiet_NaN();
  in[2] = -0.0;
  DeviceArray<double> from(in), to(in.size());
  const double* from_data = from.data();
  double* to_data = to.data();
  int count = 1000;
  std::array<void*, 3> args = {&from_data, &to_data, &count};
  module.kernel("take_tanh").launch(8, 128, 0, nullptr, args.data());
  const std::vector<double> out = to.to_host();
  for (std::size_t i = 0; i < in.size(); ++i) {
    EXPECT_TRUE(same_bits(op::Tanh::value(in[i], in[i], in[i]), out[i])) << in[i];
  }
}

TEST_F(JitOnDevice, FillsAConstantArray) {
  const JitModule module = load(R"(
extern "C" { __constant__ double weights[3]; }
extern "C" __global__ void read(double* to) { to[threadIdx.x] = weights[threadIdx.x]; }
)");
  const JitModule::Global weights = module.global("weights");
  ASSERT_EQ(24U, weights.bytes);
  const std::vector<double> values = {1.5, -2, 0.25};
  check(cudaMemcpy(weights.data, values.data(), weights.bytes, cudaMemcpyHostToDevice));
  DeviceArray<double> to(3);
  double* data = to.data();
  std::array<void*, 1> args = {&data};
  module.kernel("read").launch(1, 3, 0, nullptr, args.data());
  EXPECT_EQ(values, to.to_host());
}

TEST_F(JitOnDevice, HasMuchDynamicSharedMemory) {
  int device = 0, most = 0;
  check(cudaGetDevice(&device));
  check(cudaDeviceGetAttribute(&most, cudaDevAttrMaxSharedMemoryPerBlockOptin, device));
  constexpr std::size_t bytes = 100 * 1024;
  if (static_cast<std::size_t>(most) < bytes) GTEST_SKIP() << "the GPU has " << most << " bytes";
  const JitModule module = load(R"(
extern "C" __global__ void turn(unsigned* to, unsigned count) {
  extern __shared__ unsigned numbers[];
  for (unsigned i = threadIdx.x; i < count; i += blockDim.x) numbers[i] = 3 * i;
  __syncthreads();
  for (unsigned i = threadIdx.x; i < count; i += blockDim.x) to[i] = numbers[count - 1 - i];
}
)");
  const JitKernel kernel = module.kernel("turn");
  unsigned count = bytes / sizeof(unsigned);
  DeviceArray<unsigned> to(count);
  unsigned* data = to.data();
  std::array<void*, 2> args = {&data, &count};
  EXPECT_NE("no DeviceError",
            message_of([&] { kernel.launch(1, 256, bytes, nullptr, args.data()); }));
  kernel.set_dynamic_shared(bytes);
  EXPECT_GE(kernel.blocks_per_multiprocessor(256, bytes), 1);
  kernel.launch(1, 256, bytes, nullptr, args.data());
  const std::vector<unsigned> found = to.to_host();
  for (unsigned i = 0; i < count; ++i) ASSERT_EQ(3 * (count - 1 - i), found[i]) << i;
  EXPECT_NE("no DeviceError", message_of([&] { kernel.set_dynamic_shared(bytes * 1000); }));
}

TEST_F(JitOnDevice, IsCapturedInAGraph) {
  const JitModule module = load(add_text);
  const JitKernel kernel = module.kernel("add");
  DeviceArray<int> numbers(std::vector<int>(32, 7));
  const cuda::Stream stream = cuda::make_stream();
  check(cudaStreamBeginCapture(stream.get(), cudaStreamCaptureModeThreadLocal));
  {
    int* data = numbers.data();
    int by = 5;
    std::array<void*, 2> args = {&data, &by};
    kernel.launch(1, 32, 0, stream.get(), args.data());
    by = 100;  // has been read
  }
  cudaGraph_t captured = nullptr;
  check(cudaStreamEndCapture(stream.get(), &captured));
  const cuda::Graph graph(captured);
  EXPECT_EQ(std::vector<int>(32, 7), numbers.to_host());
  cudaGraphExec_t made = nullptr;
  check(cudaGraphInstantiate(&made, graph.get(), 0));
  const cuda::GraphExec replay(made);
  for (int i = 0; i < 3; ++i) check(cudaGraphLaunch(replay.get(), stream.get()));
  check(cudaStreamSynchronize(stream.get()));
  EXPECT_EQ(std::vector<int>(32, 22), numbers.to_host());
}

TEST_F(JitOnDevice, BlocksOfACooperativeLaunchWaitForEachOther) {
  const JitModule module = load(R"(
__device__ void wait_for_all(unsigned* arrived, unsigned round) {
  __syncthreads();
  if (threadIdx.x == 0) {
    __threadfence();
    atomicAdd(arrived, 1u);
    while (*(volatile unsigned*)arrived < round * gridDim.x) {}
    __threadfence();
  }
  __syncthreads();
}

// Each round a block takes its left neighbour's number, so that all go round.
extern "C" __global__ void pass_on(volatile unsigned* numbers, unsigned* arrived) {
  for (unsigned round = 0; round < 5; ++round) {
    const unsigned left = numbers[(blockIdx.x + gridDim.x - 1) % gridDim.x];
    wait_for_all(arrived, 2 * round + 1);
    if (threadIdx.x == 0) numbers[blockIdx.x] = left + 100;
    wait_for_all(arrived, 2 * round + 2);
  }
}
)");
  const JitKernel kernel = module.kernel("pass_on");
  int device = 0, multiprocessors = 0;
  check(cudaGetDevice(&device));
  check(cudaDeviceGetAttribute(&multiprocessors, cudaDevAttrMultiProcessorCount, device));
  const int resident = multiprocessors * kernel.blocks_per_multiprocessor(32, 0);
  ASSERT_GE(resident, 1);
  const unsigned blocks = static_cast<unsigned>(std::min(resident, 12));
  std::vector<unsigned> first(blocks);
  std::iota(first.begin(), first.end(), 0U);
  DeviceArray<unsigned> numbers(first), arrived(std::vector<unsigned>{0});
  unsigned *numbers_data = numbers.data(), *arrived_data = arrived.data();
  std::array<void*, 2> args = {&numbers_data, &arrived_data};
  kernel.launch(blocks, 32, 0, nullptr, args.data(), true);
  const std::vector<unsigned> found = numbers.to_host();
  for (unsigned i = 0; i < blocks; ++i) {
    EXPECT_EQ((i + 5 * blocks - 5) % blocks + 500, found[i]) << i;
  }

  const auto too_many = static_cast<unsigned>(resident) + 1;
  EXPECT_NE("no DeviceError",
            message_of([&] { kernel.launch(too_many, 32, 0, nullptr, args.data(), true); }));
}

TEST_F(JitOnDevice, NamesWhatAModuleLacks) {
  const JitModule module = load(add_text);
  EXPECT_NE(std::string::npos, message_of([&] { (void)module.kernel("gone"); }).find("gone"));
  EXPECT_NE(std::string::npos, message_of([&] { (void)module.global("lost"); }).find("lost"));
  add_one(module);  // the device is well
  const JitKernel kernel = module.kernel("add");
  EXPECT_GT(kernel.registers(), 0);
  EXPECT_EQ(kernel.local_bytes(), 0);
  EXPECT_NE(std::string::npos, message_of([&] {
                                 int* data = nullptr;
                                 int by = 0;
                                 std::array<void*, 2> args = {&data, &by};
                                 kernel.launch(1, 5000, 0, nullptr, args.data());
                               }).find("add"));
  EXPECT_EQ(cudaSuccess, cudaGetLastError());
}

TEST_F(JitOnDevice, AModuleMoves) {
  JitModule first = load(add_text);
  JitModule second = std::move(first);
  add_one(second);
  first = load(tanh_text);
  std::swap(first, second);
  add_one(first);
  second = JitModule();
}

// The emulator's list of what is not freed has no modules.
TEST_F(JitOnDevice, AModuleLeavesNothingOnTheDevice) {
  const auto free_bytes = [] {
    std::size_t free = 0, total = 0;
    check(cudaMemGetInfo(&free, &total));
    return free;
  };
  constexpr std::size_t size = 64'000'000;
  constexpr std::size_t others = size / 4;  // what the driver, and other programs, may take
  JitModule module = load(R"(
extern "C" { __device__ double numbers[8000000]; }
extern "C" __global__ void read(double* to) { to[threadIdx.x] = numbers[threadIdx.x]; }
)");
  EXPECT_EQ(size, module.global("numbers").bytes);
  const std::size_t loaded = free_bytes();
  module = JitModule();
  EXPECT_GE(free_bytes(), loaded + size - others);
}

TEST_F(JitOnDevice, LoadsFromTheCache) {
  MemoryCache cache;
  const auto again = [&] {
    return cuda::load_or_recompile(jit_source(add_text), target(), {}, &cache);
  };
  const cuda::JitLoaded made = again();
  EXPECT_FALSE(made.code.cached);
  EXPECT_GT(made.code.compile_ms, 0);
  const cuda::JitLoaded found = again();
  EXPECT_TRUE(found.code.cached);
  EXPECT_EQ(0, found.code.compile_ms);
  EXPECT_EQ(made.code.bytes, found.code.bytes);
  EXPECT_EQ(1, cache.hits);
  EXPECT_EQ(1, cache.kept);
  add_one(found.module);
}

/// Code that begins as it should, but is none for the device. No machine code with a piece missing:
/// a driver is not told where it ends.
std::string refused(const cuda::JitCode& good) {
  if (good.is_ptx) return good.bytes.substr(0, good.bytes.size() / 2);
  int device = 0, major = 0;
  check(cudaGetDevice(&device));
  check(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device));
  for (const int other : cuda::Nvrtc::get().architectures()) {
    if (other / 10 == major) continue;
    const cuda::JitTarget target = {other / 10, other % 10};
    return cuda::compile(jit_source(add_text), target, {}, nullptr).bytes;
  }
  throw std::runtime_error("NVRTC compiles for no other GPU");
}

TEST_F(JitOnDevice, CompilesAgainWhatTheDriverRefuses) {
  MemoryCache cache;
  const auto again = [&] {
    return cuda::load_or_recompile(jit_source(add_text), target(), {}, &cache);
  };
  const cuda::JitCode good = again().code;
  ASSERT_EQ(1U, cache.entries.size());
  cache.entries.begin()->second = refused(good);
  const cuda::JitLoaded loaded = again();
  EXPECT_FALSE(loaded.code.cached);
  EXPECT_EQ(1, cache.hits);
  EXPECT_EQ(2, cache.kept);
  EXPECT_EQ(good.bytes, cache.entries.begin()->second);
  add_one(loaded.module);
}

TEST_F(JitOnDevice, SaysWhatTheDriverRefuses) {
  const std::string message = message_of([] {
    const JitModule module(cuda::JitCode{".version 8.0\n.target sm_90\nnonsense", true});
  });
  EXPECT_NE(std::string::npos, message.find("generated PTX")) << message;
}

}  // namespace
}  // namespace levelgrad::testing
