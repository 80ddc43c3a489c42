// SPDX-License-Identifier: MIT
//
// A batch of examples of the moons net, forward and backward: what runs it in levelgrad, beside
// hand-written C++ and PyTorch, in one run and one table of ratios. Gradients are compared before
// anything is timed.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "executed.h"
#include "hand_written.h"
#include "levelgrad/error.h"
#include "levelgrad/host/host_executor.h"
#include "levelgrad/reference_executor.h"
#include "machine.h"
#include "moons_net.h"
#include "peer.h"
#include "timing.h"

namespace {

using namespace levelgrad;
using namespace levelgrad::bench;

struct Options {
  std::size_t n = 100'000;
  int rounds = 21;
  double least_ms = 20;
  bool no_torch = false;
};

/// As many points of two moons as are wanted, the same on every machine.
host::Dataset points(std::size_t count) {
  PythonRandom random(1337);
  return host::make_moons(count, 0.1, random);
}

/// What all rows run, in both dtypes.
struct Work {
  host::Dataset data;
  std::vector<double> parameters;
  HandWritten<double> f64;
  HandWritten<float> f32;
  Executed<double> executed_f64;
  Executed<float> executed_f32;

  Work(std::size_t n, const std::vector<double>& numbers)
      : data(points(n)),
        parameters(numbers),
        f64(data, numbers),
        f32(data, numbers),
        executed_f64(data, numbers.size()),
        executed_f32(data, numbers.size()) {}
};

/// Executors of one dtype, with the number of threads of each.
template <class T>
using Executors = std::vector<std::pair<int, std::unique_ptr<BasicExecutor<T>>>>;

/// The host executor with one thread, and with as many as there are cores.
template <class T>
Executors<T> host_executors(const Program& program) {
  Executors<T> made;
  const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  for (const int threads : {1, 2, cores}) {
    if (threads > cores || (!made.empty() && made.back().first == threads)) continue;
    const host::HostOptions options{.threads = static_cast<std::size_t>(threads)};
    made.emplace_back(threads, std::make_unique<host::BasicHostExecutor<T>>(options));
    made.back().second->load(program);
  }
  return made;
}

template <class T>
void add_executors(std::vector<Row>& rows, const char* dtype, const Executors<T>& executors,
                   Executed<T>& work) {
  for (const auto& [threads, executor] : executors) {
    BasicExecutor<T>& own = *executor;
    rows.push_back(
        {"levelgrad host", dtype, threads, [&own, &work](std::size_t n) { work.run(own, n); }});
  }
}

/// The rows that run in this process.
std::vector<Row> rows_here(Work& work, const Executors<double>& f64, const Executors<float>& f32) {
  std::vector<Row> rows = {
      {"plain", "f64", 1, [&work](std::size_t n) { work.f64.plain(n); }},
      {"simd", "f64", 1, [&work](std::size_t n) { work.f64.simd(n); }},
      {"plain", "f32", 1, [&work](std::size_t n) { work.f32.plain(n); }},
      {"simd", "f32", 1, [&work](std::size_t n) { work.f32.simd(n); }},
  };
  add_executors(rows, "f64", f64, work.executed_f64);
  add_executors(rows, "f32", f32, work.executed_f32);
  return rows;
}

void require(bool same, const std::string& what) {
  if (!same) throw InternalError(what + ": the gradients differ from the reference");
}

/// Compares the baselines with the Value engine over micrograd's number of points.
void check_gradients(const std::vector<double>& parameters, const MoonsNet<double>& net) {
  constexpr std::size_t count = 100;
  constexpr double f64 = 1e-12, f32 = 1e-4;
  Work work(count, parameters);
  net.loss(work.data).backward();
  std::vector<double> expected;
  for (const Value& p : net.parameters) expected.push_back(p.grad());
  work.f64.plain(count);
  require(agree(work.f64.grads(), expected, f64), "plain, f64");
  work.f64.simd(count);
  require(agree(work.f64.grads(), expected, f64), "simd, f64");
  work.f32.plain(count);
  require(agree(work.f32.grads(), expected, f32), "plain, f32");
  work.f32.simd(count);
  require(agree(work.f32.grads(), expected, f32), "simd, f32");

  ReferenceExecutor reference;
  host::HostExecutor executor;
  const Program program = record_moons(net);
  reference.load(program);
  executor.load(program);
  work.executed_f64.run(reference, count);
  require(work.executed_f64.grads() == expected, "the reference executor");
  work.executed_f64.run(executor, count);
  require(work.executed_f64.grads() == expected, "the host executor");
}

/// Microseconds that recording the net takes, the median of some.
double recording_time(const MoonsNet<double>& net) {
  std::vector<double> samples;
  for (int k = 0; k < 51; ++k) {
    const auto start = std::chrono::steady_clock::now();
    const Program program = record_moons(net);
    const std::chrono::duration<double, std::micro> passed =
        std::chrono::steady_clock::now() - start;
    samples.push_back(passed.count());
  }
  return median(samples);
}

/// Adds PyTorch's rows, and says in a word what became of it.
std::string add_torch(std::vector<Row>& rows, const Options& options, Work& work) {
  if (options.no_torch) return "left out";
  Peer peer{.module = "torch", .script = LEVELGRAD_PEERS "/torch_moons.py"};
  peer.python = find_python(peer.module);
  if (peer.python.empty())
    return "not installed (Debian: apt-get install python3-torch libopenblas0-pthread)";
  work.f64.plain(options.n);
  const PeerTask task{work.parameters,   work.f64.grads(), work.f64.x0(),   work.f64.x1(),
                      work.f64.labels(), options.rounds,   options.least_ms};
  const int most = std::thread::hardware_concurrency() > 1 ? 2 : 1;
  std::string version;
  for (int threads = 1; threads <= most; ++threads) {
    PeerRows torch = run_peer(peer, task, threads);
    version = torch.version;
    rows.insert(rows.end(), torch.rows.begin(), torch.rows.end());
  }
  return version;
}

void run(const Options& options) {
  Graph graph;
  const Graph::Use use(graph);
  const MoonsNet<double> net;
  const std::vector<double> parameters = numbers(net.parameters);
  check_gradients(parameters, net);

  Work work(options.n, parameters);
  work.f64.plain(options.n);
  const std::vector<double> expected = work.f64.grads();
  work.f64.simd(options.n);
  require(agree(work.f64.grads(), expected, 1e-9), "simd, f64, all points");

  const Program program = record_moons(net);
  const Executors<double> f64 = host_executors<double>(program);
  const Executors<float> f32 = host_executors<float>(program);
  work.executed_f64.run(*f64.front().second, options.n);
  require(agree(work.executed_f64.grads(), expected, 1e-9), "the host executor, all points");

  const std::string load_before = load_average();
  std::vector<Row> rows = rows_here(work, f64, f32);
  // Half the rounds before PyTorch's and half after, so that a load that comes or goes meanwhile
  // shows as noise in our rows rather than as a difference between theirs and ours.
  time_rounds(rows, options.n, options.rounds / 2, options.least_ms);
  const std::string torch = add_torch(rows, options, work);
  time_rounds(rows, options.n, options.rounds - options.rounds / 2, options.least_ms);

  std::printf("moons net 2-16-16-1, hinge, forward and backward; N = %zu, %d rounds of at least ",
              options.n, options.rounds);
  std::printf("%g ms, wall time; half of ours before PyTorch's, half after\n", options.least_ms);
  std::printf("machine   %s, %u logical processors\n", cpu_model().c_str(),
              std::thread::hardware_concurrency());
  std::printf("load      %s before, %s after\n", load_before.c_str(), load_average().c_str());
  std::printf("built by  %s; plain and simd with -march=native\n", LEVELGRAD_BENCH_COMPILER);
  std::printf("versions  levelgrad %s; PyTorch %s\n", LEVELGRAD_VERSION, torch.c_str());
  std::printf("executor  %s\n", f64.back().second->name().c_str());
  std::printf("recording the net takes %.0f us (median of 51)\n", recording_time(net));
  std::printf("date      %s\n\n", today().c_str());
  print_table(rows, {"plain", "simd"});
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("A batch of the moons net: levelgrad, hand-written C++ and PyTorch side by side");
  app.add_option("--n", options.n, "examples in the batch")
      ->check(CLI::Range(std::size_t{2}, std::size_t{100'000'000}))
      ->capture_default_str();
  app.add_option("--rounds", options.rounds, "samples of each row")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  app.add_option("--least-ms", options.least_ms, "milliseconds that a sample takes at least")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_flag("--no-torch", options.no_torch, "leave PyTorch out");
  CLI11_PARSE(app, argc, argv);
  try {
    run(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_batch: %s\n", error.what());
    return 1;
  }
  return 0;
}
