// SPDX-License-Identifier: MIT
//
// cuda-fused on a device, by bits, and by compiled code: every way in which a plan lays a body upon
// threads, every form of the generated code, every kind of fold.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "cuda/fused.h"
#include "cuda/fused_programs.h"
#include "fused_plan.h"
#include "levelgrad/reference_executor.h"
#include "support/conformance_cases.h"
#include "support/every_update.h"
#include "support/op_points.h"
#include "support/same_numbers.h"
#include "support/sample_programs.h"
#include "uniform_layout.h"

namespace levelgrad::testing {
namespace {

/// The plan of a Program's pass with backward, on this device.
template <class T>
cuda::FusedPlan plan_of(const Program& program) {
  int device = 0;
  cudaDeviceProp properties;
  check(cudaGetDevice(&device));
  check(cudaGetDeviceProperties(&properties, device));
  const Schedule schedule(program);
  const LaneCode code(schedule, {.piece_size = 2500});
  return cuda::fused_plan(
      code, cuda::UniformLayout(std::span(&schedule, 1)).fold_of(), sizeof(T),
      {properties.sharedMemPerBlockOptin, properties.sharedMemPerMultiprocessor});
}

/// Whether plans are those that the tests were written for.
bool has_hoppers_memory() {
  cudaDeviceProp properties;
  check(cudaGetDeviceProperties(&properties, 0));
  return properties.sharedMemPerBlockOptin == 227 * 1024 &&
         properties.sharedMemPerMultiprocessor == 228 * 1024;
}

template <class T>
void expect_plan(const Program& program, std::uint32_t pass_lanes, std::uint32_t chunks) {
  if (!has_hoppers_memory()) return;
  const cuda::FusedPlan plan = plan_of<T>(program);
  EXPECT_EQ(pass_lanes, plan.pass_lanes);
  EXPECT_EQ(chunks, plan.chunks_of_block);
}

// One chunk that is full or not, several; with six of them in a block, a last block that is full
// (768, 1536) and that lacks chunks or lanes.
TEST_F(FusedOnDevice, MoonsOfAnySizeF32) {
  expect_plan<float>(moons_program(), 32, 6);
  for (const std::size_t n : {1, 31, 127, 128, 129, 700, 768, 1000}) {
    compare(case_of<float>("moons", moons_program(), n, n));
  }
}

TEST_F(FusedOnDevice, MoonsOfAnySizeF64) {
  expect_plan<double>(moons_program(), 32, 6);
  for (const std::size_t n : {1, 129, 700, 1536}) {
    compare(case_of<double>("moons", moons_program(), n, n));
  }
}

TEST_F(FusedOnDevice, TilesOfTheBatch) {
  for (const std::size_t n : {127, 128, 129, 1000}) {
    compare(case_of<double>("tiles", layer(4, Op::Tanh), n), {.tile_lanes = 128});
    compare(case_of<float>("tiles", layer(4, Op::Tanh), n), {.tile_lanes = 256});
  }
}

// 128 lanes at once, 64 and 32, one chunk of a block and several.
TEST_F(FusedOnDevice, PassesOfAnyLength) {
  const Program twice = read_twice(512), few = layer(4, Op::Relu), half = read_twice(256);
  expect_plan<float>(twice, 128, 2);
  expect_plan<double>(twice, 128, 1);
  expect_plan<double>(half, 64, 2);
  expect_plan<double>(few, 64, 8);
  expect_plan<float>(few, 32, 8);
  for (const std::size_t n : {33, 150}) {  // one chunk that is not full; two, the last not full
    compare(case_of<float>("a chunk at once", twice, n));
    compare(case_of<double>("a chunk at once", twice, n));
    compare(case_of<double>("half a chunk at once", half, n));
    compare(case_of<double>("half of eight chunks at once", few, n));
    compare(case_of<float>("a quarter of eight chunks at once", few, n));
  }
}

// So many factors that shared memory holds a quarter of a chunk, once. Two chunks, as many more
// would do the same again.
TEST_F(FusedOnDevice, ManyFactors) {
  const Program many = linear(600);
  expect_plan<double>(many, 32, 1);
  compare(case_of<double>("600 factors", many, 150));
}

// Code in several functions, which hand numbers to each other through shared memory; formulas as
// functions that are called; both.
TEST_F(FusedOnDevice, CodeInPieces) {
  const Program twice = read_twice(800), tanh = chain_of_tanh(49), both = layer(170, Op::Tanh);
  const auto pieces = [](const Program& program) {
    const Schedule schedule(program);
    return LaneCode(schedule, {.piece_size = 2500}).pieces().size();
  };
  EXPECT_GT(pieces(twice), 1u);
  EXPECT_EQ(1u, pieces(tanh));
  compare(case_of<double>("pieces", twice, 31));
  compare(case_of<double>("49 long functions", tanh, 129));
  compare(case_of<float>("48 long functions", chain_of_tanh(48), 129));
  compare(case_of<float>("many neurons", both, 129));
}

// Beyond 60 KB uniform numbers are read from global memory.
TEST_F(FusedOnDevice, NumbersBeyondTheConstantBank) {
  compare(case_of<double>("4,000 numbers", reads_far_numbers(4'000, 100), 131));
  compare(case_of<float>("8,000 numbers", reads_far_numbers(8'000, 200), 131));
}

// Folds of several terms, some of a long sum in each lane, and through a prologue.
TEST_F(FusedOnDevice, ParametersThatAreReadOften) {
  for (const BatchCase<float>& test : net_cases<float>()) {
    if (test.name == "windows" && test.example_count > 100) compare(test);
  }
  for (const BatchCase<double>& test : wide_cases<double>()) {
    if (test.name == "parameters read 300 times") compare(test);
  }
}

TEST_F(FusedOnDevice, TwoPassesOverTheBatch) {
  for (const BatchCase<double>& test : two_pass_cases<double>()) {
    if (test.example_count == 300) compare(test);
  }
}

// A batch of one of several Programs: folds that only another one contributes to start from what
// the epilogue has left there, and stay.
TEST_F(FusedOnDevice, OneOfSeveralPrograms) {
  BatchCase<double> test = case_of<double>("its own", each_reads_its_own().front(), 300);
  test.programs = each_reads_its_own();
  for (const std::uint32_t which : {0, 1}) {
    test.which.assign(300, which);
    compare(test);
  }
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    BatchCase<float> random =
        random_case<float>({.seed = seed, .example_count = 140, .program_count = 3});
    random.which.assign(140, 2);
    compare(random);
  }
}

TEST_F(FusedOnDevice, ForwardAlone) {
  const auto forward = []<class T>(BasicExecutor<T>& executor, const BatchCase<T>& test) {
    executor.load(test.programs);
    executor.set_parameters(test.parameters);
    std::vector<T> loss(1), scores(test.example_count);
    executor.run({test.example_count, test.inputs}, {.loss = loss, .outputs = {{}, scores}});
    scores.push_back(loss[0]);
    return scores;
  };
  const auto compare = [&]<class T>(const BatchCase<T>& test) {
    cuda::BasicFusedExecutor<T> tested;
    BasicReferenceExecutor<T> reference;
    EXPECT_TRUE(same_numbers(forward(tested, test), forward(reference, test)));
    EXPECT_EQ("", tested.why_not());
  };
  for (const std::size_t n : {1, 128, 300}) {
    compare(case_of<double>("forward", layer(4, Op::Tanh), n));
    compare(case_of<float>("forward", layer(4, Op::Tanh), n));
  }
}

TEST_F(FusedOnDevice, NumbersThatAreNotFinite) {
  for (std::uint64_t seed = 0; seed < 3; ++seed) {  // of four cases one has infinities and NaN
    compare(random_case<double>({.seed = 4 * seed + 3, .example_count = 140}));
    compare(random_case<float>({.seed = 4 * seed + 3, .example_count = 140}));
  }
}

/// All ops at special numbers.
template <class T>
BatchCase<T> all_ops_at_special_numbers(std::size_t example_count) {
  BatchCase<T> test = case_of<T>("all ops", all_ops_apart(), example_count);
  const std::vector<OpPoint<T>> points = op_points<T>(500);
  for (std::size_t k = 0; k < test.inputs.size(); k += 4) {
    const OpPoint<T>& point = points[k * 1021 % points.size()];
    std::ranges::copy(std::array{point.a, point.b, point.c, point.g}, &test.inputs[k]);
  }
  return test;
}

TEST_F(FusedOnDevice, EveryOpAtSpecialNumbers) {
  compare(all_ops_at_special_numbers<double>(300));
  compare(all_ops_at_special_numbers<float>(300));
}

// What the conformance suite relies on where it runs steps at once: there is a kernel for them.
TEST_F(FusedOnDevice, StepsOfEveryOptimizerAreCompiled) {
  const BatchCase<float> test = case_of<float>("layer", layer(2, Op::Tanh), 140);
  const std::vector<std::uint32_t> batch = {0, 139, 7};
  for (const UpdateF32& update : every_update<float>(1, 0.01F)) {
    const auto cache = std::make_shared<MemoryCache>();
    cuda::FusedExecutorF32 tested({.cache = cache});
    tested.load(test.programs);
    const std::vector<UpdateF32> updates = {update};
    EXPECT_TRUE(tested
                    .run_steps({.example_count = 140,
                                .inputs = test.inputs,
                                .batches = {batch},
                                .updates = updates})
                    .finite);
    EXPECT_EQ("", tested.why_not());
    EXPECT_EQ(2, cache->kept) << tested.optimizer_state().optimizer;  // the body, and the steps
  }
}

/// PTX that adds where it should subtract, and the other way round.
std::string damaged(std::string ptx) {
  for (std::size_t at = 0; (at = ptx.find("add.rn.f", at)) != std::string::npos; ++at) {
    ptx.replace(at, 3, "sub");
  }
  return ptx;
}

// What the tests above rely on: that why_not() is empty means that compiled code makes the numbers,
// each kind of them.
TEST_F(FusedOnDevice, CompiledCodeMakesTheNumbers) {
  const WithVariable form("LEVELGRAD_JIT", "ptx");  // a text, which can be changed
  const BatchCase<double> test = case_of<double>("layer", layer(4, Op::Tanh), 140);
  const auto cache = std::make_shared<MemoryCache>();
  using Results = std::vector<std::vector<double>>;
  const auto observe = [&](BasicExecutor<double>& executor) {
    executor.load(test.programs);
    executor.set_parameters(test.parameters);
    const BasicBatch<double> batch = {140, test.inputs};
    std::vector<double> loss(1), scores(140), grads(test.parameters.size()), of_inputs(3 * 140);
    Results all;
    executor.run(batch, {.loss = loss, .outputs = {{}, scores}});
    all.insert(all.end(), {loss, scores});
    executor.run(batch, {.grads = grads});
    all.push_back(grads);
    executor.run(batch, {.grads = grads, .input_grads = of_inputs});
    all.insert(all.end(), {grads, of_inputs});
    std::vector<std::uint32_t> every(140);
    for (std::uint32_t i = 0; i < 140; ++i) every[i] = i;
    const std::vector<Update> updates = {optimizer::Sgd::Scalars<double>{0.1}};
    all.push_back(executor
                      .run_steps({.example_count = 140,
                                  .inputs = test.inputs,
                                  .batches = {every},
                                  .updates = updates})
                      .losses);
    all.push_back(executor.parameters());
    return all;
  };
  ReferenceExecutor reference;
  const Results wanted = observe(reference);
  for (const bool damage : {false, true}) {
    for (auto& [key, bytes] : cache->entries) bytes = damaged(bytes);
    cuda::FusedExecutor tested({.cache = cache});
    const Results found = observe(tested);
    EXPECT_EQ("", tested.why_not());
    for (std::size_t k = 0; k < wanted.size(); ++k) {
      EXPECT_EQ(!damage, static_cast<bool>(same_numbers(found[k], wanted[k]))) << k;
    }
  }
  EXPECT_EQ(4, cache->kept);  // forward, backward, with grads of inputs, steps in one launch
  EXPECT_EQ(4, cache->hits);
}

}  // namespace
}  // namespace levelgrad::testing
