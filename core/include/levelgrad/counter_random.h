// SPDX-License-Identifier: MIT
//
// Random numbers that are a function of seed, stream and place: a run that goes on needs no state
// but these three.
#pragma once

#include <cstdint>
#include <vector>

#include "levelgrad/philox.h"

namespace levelgrad {

/// The words of one stream of a seed, the same everywhere.
///
/// Word n is word n % 4 of philox({n / 4, s}, seed) for the stream s: n / 4, s and the seed are 64
/// bits each, the low half first.
class Philox {
public:
  explicit Philox(std::uint64_t seed, std::uint64_t stream = 0) : seed_(seed), stream_(stream) {}

  /// 32 bits: one word.
  std::uint32_t next();
  /// 53 bits, in [0, 1): two words, as PythonRandom puts them together.
  double uniform();
  /// Mean 0, standard deviation 1: sqrt(-2 log(1 - u)) * cos(2 pi v) of two uniform numbers.
  ///
  /// source   Box & Muller, "A note on the generation of random normal deviates" (1958).
  double normal();
  /// 0, 1, ..., bound - 1, each as likely: one word, seldom more. Errors: ArgumentError for 0.
  ///
  /// source   Lemire, "Fast random integer generation in an interval", ACM TOMACS 29 (2019).
  std::uint32_t below(std::uint32_t bound);

private:
  std::uint64_t seed_;
  std::uint64_t stream_;
  std::uint64_t place_ = 0;
  PhiloxWords block_{};  // of the word before place_
};

/// 0, 1, ..., count - 1 in an order of which all are as likely, the same everywhere: Fisher & Yates
/// from the last place down, with below(i + 1) for place i.
[[nodiscard]] std::vector<std::uint32_t> permutation(std::uint32_t count, std::uint64_t seed,
                                                     std::uint64_t stream);

}  // namespace levelgrad
