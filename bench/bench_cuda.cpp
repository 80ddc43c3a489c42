// SPDX-License-Identifier: MIT
//
// The moons net on a GPU: both strategies of cuda-level beside the host executor, PyTorch and JAX,
// in one run and one table, with the computed limits of the GPU. Every number of examples is first
// compared with the host executor, bit for bit. Exit codes: 1 other bits, 4 no GPU.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <exception>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cuda_report.h"
#include "executed.h"
#include "levelgrad/cuda/level_executor.h"
#include "levelgrad/error.h"
#include "levelgrad/host/host_executor.h"
#include "moons_net.h"
#include "peer.h"

namespace {

using namespace levelgrad;
using namespace levelgrad::bench;

constexpr std::size_t steps_in_a_call = 20;

struct Options {
  std::vector<std::size_t> counts = {100, 1'000, 10'000, 100'000, 1'000'000, 4'000'000};
  int rounds = 11;
  double least_ms = 20;
  int device = 0;
  bool no_torch = false, no_jax = false;
  std::string peers = LEVELGRAD_PEERS;
  double peer_seconds = 120;
  std::string json;
};

/// The recorded net and its data.
struct Work {
  const Program& program;
  const std::vector<double>& parameters;
  const host::Dataset& data;
};

template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
  // A NaN's sign and payload are outside the promise, but there should be none here.
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

/// One dtype: the executors, and what they run.
template <class T>
class Subject {
public:
  Subject(const Work& work, int device)
      : points_(work.data, work.parameters.size()),
        parameters_(work.parameters.begin(), work.parameters.end()) {
    host_.load(work.program);
    for (const cuda::Strategy strategy : {cuda::Strategy::Launches, cuda::Strategy::Persistent}) {
      const cuda::LevelOptions options{.device = device, .strategy = strategy};
      executors_.emplace_back(strategy, std::make_unique<cuda::BasicLevelExecutor<T>>(options));
      executors_.back().second->load(work.program);
    }
  }

  /// Grads of a run, and parameters after some steps. Errors: InternalError where bits differ.
  void check(std::size_t n) {
    const auto numbers_of = [&](BasicExecutor<T>& executor) {
      points_.run(executor, n);
      const std::vector<T> grads = points_.grads();
      points_.train(executor, n, 2, parameters_);
      const std::vector<T> trained = executor.parameters();
      executor.set_parameters(parameters_);
      return std::pair(grads, trained);
    };
    const auto [grads, trained] = numbers_of(host_);
    grads_ = grads;
    for (auto& [strategy, executor] : executors_) {
      const auto [own_grads, own_trained] = numbers_of(*executor);
      const std::string where = std::string("cuda-level ") + cuda::name_of(strategy) + ", " +
                                dtype() + ", " + std::to_string(n) + " examples: ";
      if (!same_bits(grads, own_grads)) {
        throw InternalError(where + "the grads are not the host executor's");
      }
      if (!same_bits(trained, own_trained)) {
        throw InternalError(where + "the parameters after two steps are not the host executor's");
      }
    }
  }

  void time(std::size_t n, const Options& options, std::vector<Timed>& results) {
    std::vector<Row> rows = {
        {"host", dtype(), 0, [this](std::size_t count) { points_.run(host_, count); }}};
    for (auto& [strategy, executor] : executors_) {
      const std::string name = std::string("cuda-level ") + cuda::name_of(strategy);
      BasicExecutor<T>& own = *executor;
      rows.push_back(
          {name, dtype(), 0, [this, &own](std::size_t count) { points_.run(own, count); }});
      rows.push_back({name, dtype(), 0, [this, &own](std::size_t count) {
                        points_.train(own, count, steps_in_a_call, parameters_);
                      }});
      rows.back().batches = steps_in_a_call;
    }
    time_rounds(rows, n, options.rounds, options.least_ms);
    for (Row& row : rows) {
      row.run = nullptr;  // it refers to this object
      results.push_back({n, row.batches == 1 ? "run" : "steps", std::move(row)});
    }
  }

  /// Of the last check.
  [[nodiscard]] const std::vector<T>& grads() const { return grads_; }
  [[nodiscard]] std::string host_name() const { return host_.name(); }

private:
  static std::string dtype() { return sizeof(T) == 8 ? "f64" : "f32"; }

  Executed<T> points_;
  std::vector<T> parameters_, grads_;
  host::BasicHostExecutor<T> host_;
  std::vector<std::pair<cuda::Strategy, std::unique_ptr<BasicExecutor<T>>>> executors_;
};

/// As many points of two moons as are wanted, the same on every machine.
host::Dataset points(std::size_t count) {
  PythonRandom random(1337);
  return host::make_moons(count, 0.1, random);
}

/// What a peer is given: the first n points.
PeerTask peer_task(const Work& work, std::size_t n, const std::vector<double>& grads,
                   const Options& options) {
  PeerTask task;
  task.parameters = work.parameters;
  task.grads = grads;
  task.data = &work.data;
  task.count = n;
  task.rounds = options.rounds;
  task.least_ms = options.least_ms;
  return task;
}

/// Adds a peer's rows, and notes what became of it. One that fails is told and costs us nothing.
void time_peer(Peer& peer, std::string& state, const PeerTask& task, std::vector<Timed>& results) {
  if (peer.python.empty()) return;
  try {
    const PeerRows found = run_peer(peer, task, 1);
    state = found.rows.empty() ? "finds no GPU" : found.version;
    if (found.rows.empty()) peer.python.clear();
    for (const Row& row : found.rows) results.push_back({task.count, "steps", row});
  } catch (const std::exception& error) {
    state = std::string("failed: ") + error.what();
    std::fprintf(stderr, "bench_cuda: %s\n", error.what());
    peer.python.clear();
  }
}

/// The peers that are wanted, each with a Python where there is one.
std::vector<Peer> peers(const Options& options, Conditions& conditions) {
  std::vector<Peer> found;
  for (const std::string module : {"torch", "jax"}) {
    if (module == "torch" ? options.no_torch : options.no_jax) {
      conditions.peers.emplace_back(module, "left out");
      continue;
    }
    Peer peer{.module = module, .script = options.peers + "/" + module + "_moons.py"};
    peer.device = "cuda";
    peer.python = find_python(module);
    peer.timeout_seconds = options.peer_seconds;
    conditions.peers.emplace_back(module, peer.python.empty() ? "not there" : "has not run");
    found.push_back(peer);
  }
  return found;
}

void run(const Options& options, const cuda::Devices& devices) {
  Graph graph;
  const Graph::Use use(graph);
  const MoonsNet<double> net;
  const std::vector<double> parameters = numbers(net.parameters);
  const Program program = record_moons(net);
  const host::Dataset data =
      points(*std::max_element(options.counts.begin(), options.counts.end()));
  const Work work{program, parameters, data};

  Conditions conditions;
  conditions.device = devices.list.at(static_cast<std::size_t>(options.device));
  conditions.runtime = devices.runtime;
  conditions.driver = devices.driver;
  conditions.gpu = known_gpu(conditions.device.name, conditions.device.multiprocessors);
  conditions.host = host::HostExecutor().name();
  conditions.rounds = options.rounds;
  conditions.least_ms = options.least_ms;
  std::vector<Peer> all_peers = peers(options, conditions);

  print_conditions(conditions);
  print_head();
  std::vector<Timed> results;
  for (const std::size_t n : options.counts) {
    std::vector<Timed> rows;
    std::vector<double> grads;
    {
      Subject<float> f32(work, options.device);
      f32.check(n);
      f32.time(n, options, rows);
    }
    {
      Subject<double> f64(work, options.device);
      f64.check(n);
      grads = f64.grads();
      f64.time(n, options, rows);
    }
    // Now that the executors' memory is free again.
    const PeerTask task = peer_task(work, n, grads, options);
    for (Peer& peer : all_peers) {
      for (auto& [name, state] : conditions.peers) {
        if (name == peer.module) time_peer(peer, state, task, rows);
      }
    }
    print_rows(rows, conditions);
    results.insert(results.end(), rows.begin(), rows.end());
    if (!options.json.empty()) write_json(options.json, results, conditions);
  }
  std::printf("\n");
  for (const auto& [name, state] : conditions.peers) {
    std::printf("%s: %s\n", name.c_str(), state.c_str());
  }
}

}  // namespace

int main(int argc, char** argv) {
  constexpr int usage = 2, unavailable = 4;
  Options options;
  CLI::App app("The moons net on a GPU: cuda-level, the host executor, PyTorch and JAX");
  app.add_option("--n", options.counts, "examples in the batch, one number or several")
      ->delimiter(',')
      ->check(CLI::Range(std::size_t{2}, std::size_t{100'000'000}))
      ->capture_default_str();
  app.add_option("--rounds", options.rounds, "samples of each row")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  app.add_option("--least-ms", options.least_ms, "milliseconds that a sample takes at least")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--device", options.device, "the GPU, as CUDA numbers them")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_flag("--no-torch", options.no_torch, "leave PyTorch out");
  app.add_flag("--no-jax", options.no_jax, "leave JAX out");
  app.add_option("--peers", options.peers, "the folder of the peers' scripts")
      ->capture_default_str();
  app.add_option("--peer-seconds", options.peer_seconds, "a peer that takes longer is stopped")
      ->capture_default_str();
  app.add_option("--json", options.json, "write the results to this file, too");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : usage;
  }
  try {
    const cuda::Devices devices = cuda::find_devices();
    if (static_cast<std::size_t>(options.device) >= devices.list.size()) {
      const std::string why = devices.list.empty() ? devices.why_none : "there is no such device";
      std::fprintf(stderr, "bench_cuda: no GPU %d can be used: %s\n", options.device, why.c_str());
      return unavailable;
    }
    run(options, devices);
  } catch (const DeviceError& error) {
    std::fprintf(stderr, "bench_cuda: %s\n", error.what());
    return unavailable;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_cuda: %s\n", error.what());
    return 1;
  }
  return 0;
}
