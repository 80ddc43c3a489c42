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

/// The generator of EurekaLabsAI/micrograd: xorshift64*, with numbers of 24 bits.
///
/// source   Vigna, "An experimental exploration of Marsaglia's xorshift generators, scrambled",
///          ACM TOMS 42 (2016).
class XorShift64Star {
public:
  /// Errors: ArgumentError for the seed 0, from which nothing but 0 would follow.
  explicit XorShift64Star(std::uint64_t seed);

  /// 32 bits.
  std::uint32_t next();
  /// 24 bits, in [0, 1).
  double random();
  /// low + (high - low) * random().
  double uniform(double low, double high);

  [[nodiscard]] std::uint64_t state() const { return state_; }

private:
  std::uint64_t state_;
};

}  // namespace levelgrad
