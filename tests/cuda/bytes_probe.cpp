// SPDX-License-Identifier: MIT
//
//   bytes_probe launches|persistent|fused f32|f64 N
//
// One run of the cuda-level executor, forward and backward, over N examples of the moons net: for
// tests that count what a run does to memory, one process for each thing that is counted.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

#include "levelgrad/cuda/level_executor.h"
#include "levelgrad/error.h"
#include "support/sample_programs.h"

namespace {

using namespace levelgrad;

template <class T>
void run_once(cuda::Strategy strategy, std::size_t count) {
  const Program program = testing::moons_program();
  PythonRandom random(7);
  std::vector<T> inputs(count * program.input_count());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const bool label = i % 3 == 2;
    const double number = random.uniform(-1.0, 1.0);
    inputs[i] = static_cast<T>(!label ? number : number < 0 ? -1 : 1);
  }
  cuda::LevelOptions options;
  options.strategy = strategy;
  cuda::BasicLevelExecutor<T> executor(options);
  executor.load(program);
  BasicBatch<T> batch;
  batch.example_count = count;
  batch.inputs = inputs;
  std::vector<T> grads(program.parameter_count());
  BasicResults<T> results;
  results.grads = grads;
  executor.run(batch, results);
  if (!executor.why_not().empty()) throw Error("not fused: " + executor.why_not());
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() != 3) {
    std::fprintf(stderr, "usage: bytes_probe launches|persistent|fused f32|f64 N\n");
    return 2;
  }
  const auto strategy = words[0] == "launches" ? cuda::Strategy::Launches
                        : words[0] == "fused"  ? cuda::Strategy::Fused
                                               : cuda::Strategy::Persistent;
  const std::size_t count = std::strtoull(words[2].c_str(), nullptr, 10);
  try {
    words[1] == "f32" ? run_once<float>(strategy, count) : run_once<double>(strategy, count);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bytes_probe: %s\n", error.what());
    return 1;
  }
  return 0;
}
