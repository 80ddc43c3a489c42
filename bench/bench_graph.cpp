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

#include "levelgrad/host/dataset.h"
#include "levelgrad/losses.h"
#include "levelgrad/nn.h"

namespace {

using namespace levelgrad;

constexpr double penalty = 1e-4;
const host::Dataset& data = host::moons();

/// The net as plain arrays: what one would write without autograd.
class HandWritten {
public:
  explicit HandWritten(const std::vector<Value>& parameters) {
    for (const Value& p : parameters) weights_.push_back(p.data());
  }

  /// Loss; grads() holds d loss / d parameter.
  double step() {
    grads_.assign(weights_.size(), 0.0);
    double loss = 0;
    const double share = 1.0 / static_cast<double>(data.example_count());
    for (std::size_t i = 0; i < data.example_count(); ++i) {
      loss += share * example(&data.inputs[2 * i], data.labels[i], share);
    }
    for (std::size_t k = 0; k < weights_.size(); ++k) {
      loss += penalty * weights_[k] * weights_[k];
      grads_[k] += 2 * penalty * weights_[k];
    }
    return loss;
  }

  [[nodiscard]] const std::vector<double>& grads() const { return grads_; }

private:
  static constexpr std::size_t width = 16;

  double example(const double* x, double label, double seed) {
    const double* w1 = weights_.data();
    const double* w2 = w1 + width * 3;
    const double* w3 = w2 + width * (width + 1);
    double h1[width], h2[width];
    for (std::size_t j = 0; j < width; ++j) {
      const double* w = w1 + j * 3;
      const double sum = w[2] + w[0] * x[0] + w[1] * x[1];
      h1[j] = sum > 0 ? sum : 0;
    }
    for (std::size_t j = 0; j < width; ++j) {
      const double* w = w2 + j * (width + 1);
      double sum = w[width];
      for (std::size_t k = 0; k < width; ++k) sum += w[k] * h1[k];
      h2[j] = sum > 0 ? sum : 0;
    }
    double score = w3[width];
    for (std::size_t k = 0; k < width; ++k) score += w3[k] * h2[k];
    const double margin = 1 - label * score;
    if (margin <= 0) return 0;
    backward(x, h1, h2, -label * seed);
    return margin;
  }

  void backward(const double* x, const double* h1, const double* h2, double g) {
    const double* w2 = weights_.data() + width * 3;
    const double* w3 = w2 + width * (width + 1);
    double* g1 = grads_.data();
    double* g2 = g1 + width * 3;
    double* g3 = g2 + width * (width + 1);
    double d1[width] = {};
    g3[width] += g;
    for (std::size_t j = 0; j < width; ++j) {
      g3[j] += g * h2[j];
      const double d = h2[j] > 0 ? g * w3[j] : 0;
      double* grad = g2 + j * (width + 1);
      const double* w = w2 + j * (width + 1);
      grad[width] += d;
      for (std::size_t k = 0; k < width; ++k) {
        grad[k] += d * h1[k];
        d1[k] += d * w[k];
      }
    }
    for (std::size_t j = 0; j < width; ++j) {
      const double d = h1[j] > 0 ? d1[j] : 0;
      double* grad = g1 + j * 3;
      grad[0] += d * x[0];
      grad[1] += d * x[1];
      grad[2] += d;
    }
  }

  std::vector<double> weights_, grads_;
};

/// The demo's network and the graph of its loss over all examples.
template <class T>
struct Moons {
  PythonRandom random{1337};
  BasicMLP<T> model{2, {16, 16, 1}, random};
  std::vector<BasicValue<T>> parameters = model.parameters();

  BasicValue<T> loss() const {
    std::vector<BasicValue<T>> losses;
    losses.reserve(data.example_count());
    for (std::size_t i = 0; i < data.example_count(); ++i) {
      const std::vector<BasicValue<T>> x = {data.inputs[2 * i], data.inputs[2 * i + 1]};
      losses.push_back(hinge(model(x).front(), data.labels[i]));
    }
    return mean(losses) + penalty * l2(parameters);
  }
};

void check_gradients() {
  Graph graph;
  const Graph::Use use(graph);
  const Moons<double> moons;
  HandWritten plain(moons.parameters);
  const Value loss = moons.loss();
  loss.backward();
  bool same = std::abs(plain.step() - loss.data()) < 1e-12;
  for (std::size_t k = 0; k < moons.parameters.size(); ++k) {
    const double grad = moons.parameters[k].grad();
    same = same && std::abs(plain.grads()[k] - grad) < 1e-12 * (1 + std::abs(grad));
  }
  if (!same) {
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
  const Moons<T> moons;
  std::uint64_t nodes = 0;
  for (auto _ : state) {
    const typename BasicGraph<T>::Scope scope;
    benchmark::DoNotOptimize(moons.loss());
    nodes = graph.node_count();
  }
  report(state, nodes);
}

template <class T>
void BM_Backward(benchmark::State& state) {
  BasicGraph<T> graph;
  const typename BasicGraph<T>::Use use(graph);
  const Moons<T> moons;
  const BasicValue<T> loss = moons.loss();
  for (auto _ : state) loss.backward();
  report(state, graph.node_count());
}

/// Build, backward, release: a training step but for the update of 337 parameters.
template <class T>
void BM_Step(benchmark::State& state) {
  BasicGraph<T> graph;
  const typename BasicGraph<T>::Use use(graph);
  const Moons<T> moons;
  std::uint64_t nodes = 0;
  for (auto _ : state) {
    const typename BasicGraph<T>::Scope scope;
    const BasicValue<T> loss = moons.loss();
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
  const Moons<double> moons;
  HandWritten plain(moons.parameters);
  for (auto _ : state) benchmark::DoNotOptimize(plain.step());
  benchmark::DoNotOptimize(moons.loss());
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
