// SPDX-License-Identifier: MIT
#include <algorithm>
#include <chrono>
#include <thread>
#include <vector>

#include "slots.h"

namespace levelgrad::bench {

template <class T>
double slots_per_ns(int threads) {
  using Clock = std::chrono::steady_clock;
  // About 1 ms, which is often undisturbed; or 5 ms, beside which the start of threads is little.
  const std::size_t rounds = threads == 1 ? 200'000 : 1'000'000;
  const int trials = threads == 1 ? 10 : 3;
  volatile T one = 1, zero = 0;
  double best = 0;
  std::vector<T> sinks(static_cast<std::size_t>(threads));
  std::vector<std::size_t> done(sinks.size());
  for (int trial = 0; trial < trials; ++trial) {
    const Clock::time_point start = Clock::now();
    const auto work = [&](std::size_t k) { done[k] = fill_slots<T>(rounds, one, zero, &sinks[k]); };
    std::vector<std::thread> others;
    for (std::size_t k = 1; k < sinks.size(); ++k) others.emplace_back(work, k);
    work(0);
    for (std::thread& other : others) other.join();
    const std::chrono::duration<double, std::nano> passed = Clock::now() - start;
    double slots = 0;
    for (const std::size_t count : done) slots += static_cast<double>(count);
    best = std::max(best, slots / passed.count());
  }
  return best;
}

template double slots_per_ns<float>(int);
template double slots_per_ns<double>(int);

}  // namespace levelgrad::bench
