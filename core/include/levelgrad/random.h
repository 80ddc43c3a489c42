// SPDX-License-Identifier: MIT
//
// Random numbers that are the same everywhere, because trained bits start with them.
#pragma once

#include <cstdint>
#include <random>

namespace levelgrad {

/// The generator of Python's `random` module: MT19937, seeded as random.seed(int) does.
///
/// source   Matsumoto & Nishimura, "Mersenne Twister", ACM TOMACS 8 (1998), and their
///          init_by_array; CPython's Modules/_randommodule.c for how the seed becomes a key.
class PythonRandom {
public:
  explicit PythonRandom(std::uint64_t seed);

  /// random.random(): 53 bits, in [0, 1).
  double random();
  /// random.uniform(low, high): low + (high - low) * random().
  double uniform(double low, double high);

private:
  std::mt19937 engine_;
};

}  // namespace levelgrad
