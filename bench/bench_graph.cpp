// SPDX-License-Identifier: MIT
//
// The plain Value graph on the moons step (100 examples, 65,818 nodes): time and bytes per node to
// build, run backward and release, beside a hand-written C++ forward and backward pass of the same
// net in the same run. Gradients are compared before anything is timed.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <vector>

#include "hand_written.h"
#include "levelgrad/host/dataset.h"
#include "moons_net.h"

namespace {

using namespace levelgrad;
using namespace levelgrad::bench;

const host::Dataset& data = host::moons();

void check_gradients() {
  Graph graph;
  const Graph::Use use(graph);
  const MoonsNet<double> moons;
  HandWritten<double> plain(data, numbers(moons.parameters));
  const Value loss = moons.loss(data);
  loss.backward();
  std::vector<double> expected;
  for (const Value& p : moons.parameters) expected.push_back(p.grad());
  const bool same_loss = std::abs(plain.plain(data.example_count()) - loss.data()) < 1e-12;
  if (!same_loss || !agree(plain.grads(), expected, 1e-12)) {
    std::fputs("bench_graph: the hand-written gradients differ from the graph's\n", stderr);
    std::exit(1);
  }
}

void report(benchmark::State& state, std::uint64_t nodes) {
  using benchmark::Counter;
  state.counters["nodes"] = static_cast<double>(nodes);
  state.counters["time/node"] =
      Counter(static_cast<double>(nodes), Counter::kIsIterationInvariantRate | Counter::kInvert);
}

template <class T>
void BM_Build(benchmark::State& state) {
  BasicGraph<T> graph;
  const typename BasicGraph<T>::Use use(graph);
  const MoonsNet<T> moons;
  std::uint64_t nodes = 0;
  for (auto _ : state) {
    const typename BasicGraph<T>::Scope scope;
    benchmark::DoNotOptimize(moons.loss(data));
    nodes = graph.node_count();
  }
  report(state, nodes);
}

template <class T>
void BM_Backward(benchmark::State& state) {
  BasicGraph<T> graph;
  const typename BasicGraph<T>::Use use(graph);
  const MoonsNet<T> moons;
  const BasicValue<T> loss = moons.loss(data);
  for (auto _ : state) loss.backward();
  report(state, graph.node_count());
}

/// Build, backward, release: a training step but for the update of 337 parameters.
template <class T>
void BM_Step(benchmark::State& state) {
  BasicGraph<T> graph;
  const typename BasicGraph<T>::Use use(graph);
  const MoonsNet<T> moons;
  std::uint64_t nodes = 0;
  for (auto _ : state) {
    const typename BasicGraph<T>::Scope scope;
    const BasicValue<T> loss = moons.loss(data);
    moons.model.zero_grad();
    loss.backward();
    nodes = graph.node_count();
  }
  report(state, nodes);
}

/// The same work without a graph; time per node counts the nodes that the graph would have.
void BM_HandWritten(benchmark::State& state) {
  Graph graph;
  const Graph::Use use(graph);
  const MoonsNet<double> moons;
  HandWritten<double> plain(data, numbers(moons.parameters));
  for (auto _ : state) benchmark::DoNotOptimize(plain.plain(data.example_count()));
  benchmark::DoNotOptimize(moons.loss(data));
  report(state, graph.node_count());
}

std::uint64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t total = 0, resident = 0;
  file >> total >> resident;
  return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

/// Memory that a graph of many nodes really takes, as the operating system counts it.
void BM_ResidentBytes(benchmark::State& state) {
  double per_node = 0;
  for (auto _ : state) {
    Graph graph;
    const Graph::Use use(graph);
    const std::uint64_t before = resident_bytes();
    Value x = 1.0;
    for (int i = 0; i < 5'000'000; ++i) x = x + x;
    per_node =
        static_cast<double>(resident_bytes() - before) / static_cast<double>(graph.node_count());
  }
  state.counters["bytes/node"] = per_node;
  state.counters["bytes/node_in_backward"] = per_node + sizeof(NodeIndex);
}

BENCHMARK(BM_Step<double>)->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_Build<double>)->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_Backward<double>)->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_Step<float>)->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_HandWritten)->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_ResidentBytes)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace

int main(int argc, char** argv) {
  check_gradients();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
