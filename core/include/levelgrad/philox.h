// SPDX-License-Identifier: MIT
//
// Philox4x32-10: four random words for each counter and key, in any order and on any device.
// Freestanding.
#pragma once

#include "levelgrad/fn.h"

namespace levelgrad {

/// What Philox numbers its blocks with, and what it makes of the number: four words of 32 bits.
struct PhiloxWords {
  unsigned int a, b, c, d;
};

struct PhiloxKey {
  unsigned int a, b;
};

/// One of the ten rounds: two products of 64 bits, whose halves change places.
LG_FN PhiloxWords philox_round(PhiloxWords x, PhiloxKey key) {
  const unsigned long long left = 0xD2511F53ULL * x.a, right = 0xCD9E8D57ULL * x.c;
  const auto high_left = static_cast<unsigned int>(left >> 32);
  const auto high_right = static_cast<unsigned int>(right >> 32);
  return {high_right ^ x.b ^ key.a, static_cast<unsigned int>(right), high_left ^ x.d ^ key.b,
          static_cast<unsigned int>(left)};
}

/// The block of a counter.
///
/// source   Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
LG_FN PhiloxWords philox(PhiloxWords counter, PhiloxKey key) {
  PhiloxWords x = philox_round(counter, key);
  for (int round = 1; round < 10; ++round) {
    key = {key.a + 0x9E3779B9U, key.b + 0xBB67AE85U};  // the golden ratio, and the root of 3
    x = philox_round(x, key);
  }
  return x;
}

}  // namespace levelgrad
