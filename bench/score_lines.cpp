// SPDX-License-Identifier: MIT
#include "score_lines.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <type_traits>
#include <utility>

#include "executor_list.h"
#include "levelgrad/host/host_executor.h"
#include "levelgrad/reference_executor.h"
#include "peer_data.h"
#include "peer_list.h"
#include "peer_process.h"

namespace levelgrad::bench {

namespace {

template <class T>
const char* dtype_name() {
  return sizeof(T) == sizeof(double) ? "f64" : "f32";
}

/// As many points of two moons as are wanted, the same on every machine.
host::Dataset points(std::size_t count) {
  PythonRandom random(1337);
  return host::make_moons(count, 0.1, random);
}

/// A line without what takes the samples.
template <class T>
Score line(Kind kind, const std::string& name, const Work& work, int threads, bool on_gpu) {
  Score score;
  score.kind = kind;
  score.name = name;
  score.n = work.n();
  score.dtype = dtype_name<T>();
  score.device = on_gpu ? "cuda" : "cpu";
  score.threads = threads;
  return score;
}

template <class T>
std::unique_ptr<ExecutorSteps<T>> make_steps(const ExecutorEntry& entry, int threads,
                                             const Net& net) {
  return std::make_unique<ExecutorSteps<T>>(entry.make<T>(static_cast<std::size_t>(threads)),
                                            net.program, entry.place == Place::Gpu);
}

std::string text_of(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.17g", number);
  return text;
}

}  // namespace

Work::Work(const Net& its_net, std::size_t n)
    : net(its_net), data(points(n)), f64(data), f32(data) {
  ExecutorSteps<double> steps(std::make_unique<host::HostExecutor>(), net.program, false);
  expected = steps.outcome(f64, 1);
}

void Lines::leave_out(const std::string& line) {
  if (std::find(left_out_.begin(), left_out_.end(), line) != left_out_.end()) return;
  left_out_.push_back(line);
  std::fprintf(stderr, "left out: %s\n", line.c_str());
}

template <class T>
void Lines::check_bits(const Net& net, const Examples<T>& examples) {
  constexpr std::size_t steps = 3;
  ExecutorSteps<T> reference(std::make_unique<BasicReferenceExecutor<T>>(), net.program, false);
  const Outcome<T> expected = reference.outcome(examples, steps);
  for (const ExecutorEntry& entry : executor_list()) {
    if (entry.place == Place::Gpu ? !field_.gpu : !field_.cpu) continue;
    const std::string who = entry.name + ", " + dtype_name<T>();
    std::unique_ptr<ExecutorSteps<T>> own;
    try {
      own = make_steps<T>(entry, processors(), net);
    } catch (const Error& error) {
      leave_out(who + ": " + error.what());
      continue;
    }
    if (!own->outcome(examples, steps).same_bits(expected)) {
      throw InternalError(who + ", " + std::to_string(examples.count()) +
                          " examples: the bits are not the reference executor's");
    }
  }
}

void Lines::check_bits(const Net& net, std::size_t n) {
  const host::Dataset data = points(n);
  check_bits(net, Examples<double>(data));
  check_bits(net, Examples<float>(data));
}

template <class T>
void Lines::add_executors(std::vector<Score>& scores, const Work& work,
                          const Examples<T>& examples) {
  for (const ExecutorEntry& entry : executor_list()) {
    const bool on_gpu = entry.place == Place::Gpu;
    if (work.n() > entry.most_examples || !(on_gpu ? field_.gpu : on_cpu(work))) continue;
    std::vector<int> threads = {1};
    if (entry.place == Place::AnyThreads && field_.all_threads) threads.push_back(processors());
    for (const int count : threads) {
      Score score = line<T>(Kind::Levelgrad, entry.name, work, count, on_gpu);
      try {
        const std::shared_ptr<ExecutorSteps<T>> steps = make_steps<T>(entry, count, work.net);
        score.sample = [steps, &examples, count, on_gpu](double least_ms) {
          const Pinned pinned(on_gpu ? processors() : count);
          return steps->sample(examples, least_ms);
        };
        steps->warm_up(examples);
        scores.push_back(std::move(score));
      } catch (const Error& error) {
        leave_out(entry.name + ", " + dtype_name<T>() + ": " + error.what());
      }
    }
  }
}

template <class T>
void Lines::add_by_hand(std::vector<Score>& scores, const Work& work) {
  constexpr bool f64 = std::is_same_v<T, double>;
  using Way = typename HandSteps<T>::Way;
  for (const auto& [name, way] : {std::pair("plain C++", Way::Plain), {"SIMD", Way::Simd}}) {
    auto steps = std::make_shared<HandSteps<T>>(way, work.data, work.net.parameters);
    steps->take();
    const bool same = agree(steps->grads(), work.expected.grads, f64 ? 1e-9 : 1e-3) &&
                      agree(std::vector<T>{steps->loss()}, {work.expected.loss}, f64 ? 1e-9 : 1e-3);
    if (!same && f64) throw InternalError(std::string(name) + " by hand has other grads");
    if (!same) {
      // Sums of many small numbers, one after the other, in f32.
      leave_out(std::string(name) + " by hand, f32, N = " + std::to_string(work.n()) +
                ": grads off by more than 1e-3");
      continue;
    }
    Score score = line<T>(Kind::ByHand, name, work, 1, false);
    score.sample = [steps](double least_ms) {
      const Pinned pinned(1);
      return steps->sample(least_ms);
    };
    scores.push_back(std::move(score));
  }
}

bool Lines::add_peer(std::vector<Score>& scores, const Work& work, const std::string& data,
                     std::size_t peer, const Score& place) {
  const PeerEntry entry = peer_list()[peer];
  const bool on_gpu = place.device == "cuda";
  std::string where = entry.name + (on_gpu ? ", GPU" : ", CPU");
  std::vector<std::string> pythons = {"python3", "/usr/bin/python3"};
  if (!field_.python.empty()) pythons = {field_.python};
  if (pythons_.contains(entry.name)) pythons = {pythons_[entry.name]};
  for (std::size_t k = 0; k < pythons.size(); ++k) {
    std::fprintf(stderr, "N = %zu: %s, %d thread(s)\n", work.n(), where.c_str(), place.threads);
    try {
      const auto process = std::make_shared<PeerProcess>(
          std::vector<std::string>{pythons[k], std::string(LEVELGRAD_PEERS "/") + entry.script,
                                   data, "--n", std::to_string(work.n()), "--device", place.device,
                                   "--threads", std::to_string(place.threads), "--rate",
                                   text_of(rate), "--loss", text_of(work.expected.loss), "--serve"},
          on_gpu ? 0 : place.threads, field_.peer_seconds);
      pythons_[entry.name] = pythons[k];
      for (const std::string& note : process->notes()) {
        leave_out(where + ", N = " + std::to_string(work.n()) + ": " + note);
      }
      for (std::size_t i = 0; i < process->lines().size(); ++i) {
        Score score = place;
        score.name = process->lines()[i].name;
        score.dtype = process->lines()[i].dtype;
        score.version = process->lines()[i].version;
        score.sample = [process, i, seconds = field_.peer_seconds](double least_ms) {
          return process->sample(i, least_ms, seconds);
        };
        scores.push_back(std::move(score));
      }
      return true;
    } catch (const Error& error) {
      const std::string why = error.what();
      const bool absent = why.starts_with("not installed");
      if (absent && k + 1 < pythons.size()) continue;
      leave_out(absent ? entry.name + ": " + why
                       : where + ", N = " + std::to_string(work.n()) + ": " + why);
      return !absent;
    }
  }
  return false;
}

void Lines::add_peers(std::vector<Score>& scores, const Work& work) {
  const PeerData data(work.net.parameters, work.expected.grads, work.data, work.n());
  const std::vector<PeerEntry> peers = peer_list();
  for (std::size_t k = 0; k < peers.size(); ++k) {
    const PeerEntry& peer = peers[k];
    if (work.n() > peer.most_examples) continue;
    if (!field_.only.empty() &&
        std::find(field_.only.begin(), field_.only.end(), peer.name) == field_.only.end()) {
      continue;
    }
    std::vector<Score> places;
    if (on_cpu(work)) places.push_back(line<double>(Kind::Peer, "", work, 1, false));
    if (on_cpu(work) && field_.all_threads && peer.all_threads) {
      places.push_back(line<double>(Kind::Peer, "", work, processors(), false));
    }
    if (field_.gpu && peer.on_gpu) places.push_back(line<double>(Kind::Peer, "", work, 1, true));
    for (const Score& place : places) {
      if (!add_peer(scores, work, data.path(), k, place)) break;
    }
  }
}

std::vector<Score> Lines::of(const Work& work) {
  std::vector<Score> scores;
  if (on_cpu(work)) add_by_hand<double>(scores, work);
  if (on_cpu(work)) add_by_hand<float>(scores, work);
  add_executors(scores, work, work.f64);
  add_executors(scores, work, work.f32);
  if (field_.peers) add_peers(scores, work);
  return scores;
}

}  // namespace levelgrad::bench
