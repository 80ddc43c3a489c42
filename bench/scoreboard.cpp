// SPDX-License-Identifier: MIT
//
// One table: every executor beside the peers that are installed here, at the same work, with the
// fastest peer and the computed limit as yardsticks. Bits and grads are checked before anything is
// timed; no time is asserted.
#include <signal.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "cuda_limits.h"
#include "executed.h"
#include "executor_list.h"
#include "levelgrad/error.h"
#include "machine.h"
#include "moons_net.h"
#include "score_lines.h"
#include "score_report.h"
#include "slots.h"
#if LEVELGRAD_BENCH_CUDA
#include "levelgrad/cuda/devices.h"
#endif

namespace {

using namespace levelgrad;
using namespace levelgrad::bench;

struct Options {
  std::vector<std::size_t> counts;
  int rounds = 11;
  double least_ms = 20;
  double line_seconds = 8;
  bool no_gpu = false, no_peers = false, one_thread = false;
  Field field;
  std::string json;
};

Net record_net() {
  Graph graph;
  const Graph::Use use(graph);
  const MoonsNet<double> net;
  return {record_moons(net), numbers(net.parameters)};
}

void describe_gpu([[maybe_unused]] Circumstances& circumstances) {
#if LEVELGRAD_BENCH_CUDA
  const cuda::Devices devices = cuda::find_devices();
  if (devices.list.empty()) return;
  const cuda::Device& device = devices.list.front();
  circumstances.gpu_name = device.name + ", CUDA runtime " + cuda::version_text(devices.runtime) +
                           ", driver " + cuda::version_text(devices.driver);
  circumstances.gpu = known_gpu(device.name, device.multiprocessors);
#endif
}

/// The machine's arithmetic, again and again: what others take of it now they may not take later.
void measure_slots(Circumstances& c) {
  for (const bool all : {false, true}) {
    const int threads = all ? c.threads : 1;
    const Pinned pinned(threads);
    double& f64 = c.slots_f64[all ? 1 : 0];
    double& f32 = c.slots_f32[all ? 1 : 0];
    f64 = std::max(f64, slots_per_ns<double>(threads));
    f32 = std::max(f32, slots_per_ns<float>(threads));
  }
  // All threads can do what one can, also where others had taken the rest.
  c.slots_f64[1] = std::max(c.slots_f64[1], c.slots_f64[0]);
  c.slots_f32[1] = std::max(c.slots_f32[1], c.slots_f32[0]);
}

Circumstances circumstances_of(const Options& options) {
  Circumstances c;
  c.threads = processors();
  c.load_before = load_average();
  if (options.field.gpu) describe_gpu(c);
  char text[160];
  std::snprintf(text, sizeof text,
                "medians of %d rounds in which all lines of a batch take turns, samples of at "
                "least %g ms, wall time",
                options.rounds, options.least_ms);
  c.options = text;
  return c;
}

void run(const Options& options) {
  Lines lines(options.field);
  const Net net = record_net();
  for (const std::size_t n : {100, 1000}) lines.check_bits(net, n);
  Circumstances circumstances = circumstances_of(options);
  print_circumstances(circumstances);
  std::vector<Score> all;
  for (const std::size_t n : options.counts) {
    const Work work(net, n);
    std::vector<Score> scores = lines.of(work);
    sample_rounds(
        scores, options.rounds, options.least_ms, options.line_seconds,
        [&] { measure_slots(circumstances); },
        [&](const Score& score, const char* why) {
          lines.leave_out(score.name + ", " + score.dtype + ", N = " + std::to_string(n) + ": " +
                          why);
        });
    for (Score& score : scores) score.sample = nullptr;  // it refers to the batch
    print_scores(scores, circumstances);
    all.insert(all.end(), scores.begin(), scores.end());
  }
  print_limits(circumstances);
  for (const std::string& line : lines.left_out()) std::printf("left out: %s\n", line.c_str());
  if (!options.json.empty()) write_scores(options.json, all, lines.left_out(), circumstances);
}

void add_options(CLI::App& app, Options& options) {
  app.add_option("--n", options.counts,
                 "examples in the batch, several; default 100,10000,1000000, and 10000000 with a "
                 "GPU alone")
      ->delimiter(',')
      ->check(CLI::Range(std::size_t{2}, std::size_t{100'000'000}));
  app.add_option("--rounds", options.rounds, "samples of each line")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  app.add_option("--least-ms", options.least_ms, "milliseconds that a sample takes at least")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--line-seconds", options.line_seconds,
                 "a line that has taken so long needs no more than three samples")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--peers", options.field.only, "only these: torch, jax, numpy, tinygrad, ...")
      ->delimiter(',');
  app.add_option("--peer-seconds", options.field.peer_seconds,
                 "for a peer's preparations, and for a sample")
      ->check(CLI::PositiveNumber)
      ->default_val(300);
  app.add_option("--python", options.field.python, "a Python that has the peers")
      ->envname("LEVELGRAD_PEERS_PYTHON");
  app.add_flag("--no-peers", options.no_peers, "levelgrad and what is written by hand only");
  app.add_flag("--no-gpu", options.no_gpu, "the CPU only");
  app.add_flag("--one-thread", options.one_thread, "no lines for all threads");
  app.add_option("--json", options.json, "a file for all of it");
}

/// What the machine has, and what follows from it.
void complete(Options& options) {
  options.field.gpu = !options.no_gpu && std::filesystem::exists("/dev/nvidiactl");
  options.field.peers = !options.no_peers;
  options.field.all_threads = !options.one_thread && processors() > 1;
  options.field.most_on_cpu = no_limit;
  if (!options.counts.empty()) return;
  options.field.most_on_cpu = 1'000'000;
  options.counts = {100, 10'000, 1'000'000};
  if (options.field.gpu) options.counts.push_back(10'000'000);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Every executor and every peer that is installed, at the same work, in one table");
  add_options(app, options);
  CLI11_PARSE(app, argc, argv);
  complete(options);
  signal(SIGPIPE, SIG_IGN);  // a peer that has ended is told by the answer that does not come
  try {
    run(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "scoreboard: %s\n", error.what());
    return 1;
  }
  return 0;
}
