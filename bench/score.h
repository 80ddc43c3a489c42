// SPDX-License-Identifier: MIT
//
// A line of the scoreboard, and the rounds in which all lines are sampled.
#pragma once

#include <sched.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <string>
#include <vector>

namespace levelgrad::bench {

enum class Kind : unsigned char { Levelgrad, ByHand, Peer };

struct Score {
  Kind kind = Kind::Levelgrad;
  std::string name;
  std::size_t n = 0;         ///< examples in the batch
  std::string dtype;         ///< f64 or f32
  std::string device;        ///< cpu or cuda
  int threads = 1;           ///< on the CPU
  std::string version = {};  ///< of a peer
  /// ns per example of steps that take at least so many ms together. Empty: nothing is sampled.
  std::function<double(double least_ms)> sample = nullptr;
  std::vector<double> samples = {};  ///< one for each round
  double seconds = 0;                ///< spent on this line
};

/// Keeps the calling thread to the first so many of the processors that the program may use; a
/// thread that it has started before is not concerned.
class Pinned {
public:
  explicit Pinned(int threads) {
    sched_getaffinity(0, sizeof before_, &before_);
    const cpu_set_t some = first(before_, threads);
    sched_setaffinity(0, sizeof some, &some);
  }
  Pinned(const Pinned&) = delete;
  Pinned& operator=(const Pinned&) = delete;
  ~Pinned() { sched_setaffinity(0, sizeof before_, &before_); }

  static cpu_set_t first(const cpu_set_t& all, int count) {
    cpu_set_t some;
    CPU_ZERO(&some);
    for (int cpu = 0; cpu < CPU_SETSIZE && count > 0; ++cpu) {
      if (!CPU_ISSET(cpu, &all)) continue;
      CPU_SET(cpu, &some);
      --count;
    }
    return some;
  }

private:
  cpu_set_t before_;
};

/// Processors that the program may use.
[[nodiscard]] inline int processors() {
  cpu_set_t all;
  sched_getaffinity(0, sizeof all, &all);
  return CPU_COUNT(&all);
}

/// Adds a sample to each line in each round, so that what disturbs the machine disturbs all alike.
///
/// before_each(): called before each round. A line that has taken most_seconds has no further
/// samples once it has three. One that throws is given up: failed(line, why) is told, and its
/// samples are dropped.
inline void sample_rounds(std::vector<Score>& scores, int rounds, double least_ms,
                          double most_seconds, const std::function<void()>& before_each,
                          const std::function<void(const Score&, const char*)>& failed) {
  using Clock = std::chrono::steady_clock;
  constexpr std::size_t enough = 3;
  for (int round = 0; round < rounds; ++round) {
    before_each();
    for (Score& score : scores) {
      if (!score.sample) continue;
      if (score.seconds > most_seconds && score.samples.size() >= enough) continue;
      const Clock::time_point start = Clock::now();
      try {
        score.samples.push_back(score.sample(least_ms));
      } catch (const std::exception& error) {
        failed(score, error.what());
        score.sample = nullptr;
        score.samples.clear();
      }
      score.seconds += std::chrono::duration<double>(Clock::now() - start).count();
    }
  }
  std::erase_if(scores, [](const Score& score) { return score.samples.empty(); });
}

}  // namespace levelgrad::bench
