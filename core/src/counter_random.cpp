// SPDX-License-Identifier: MIT
#include "levelgrad/counter_random.h"

#include <numeric>
#include <utility>

#include "levelgrad/error.h"
#include "levelgrad/math.h"

namespace levelgrad {
namespace {

constexpr double two_pi = 6.283185307179586;

std::uint32_t low(std::uint64_t word) { return static_cast<std::uint32_t>(word); }
std::uint32_t high(std::uint64_t word) { return static_cast<std::uint32_t>(word >> 32); }

}  // namespace

std::uint32_t Philox::next() {
  const std::uint64_t number = place_ / 4, word = place_ % 4;
  ++place_;
  if (word == 0) {
    block_ =
        philox({low(number), high(number), low(stream_), high(stream_)}, {low(seed_), high(seed_)});
  }
  const std::uint32_t words[] = {block_.a, block_.b, block_.c, block_.d};
  return words[word];
}

double Philox::uniform() {
  const auto upper = static_cast<double>(next() >> 5);  // 27 bits
  const auto lower = static_cast<double>(next() >> 6);  // 26 bits
  return (upper * 67108864.0 + lower) / 9007199254740992.0;
}

double Philox::normal() {
  const double distance = math::sqrt(-2.0 * math::log(1.0 - uniform()));
  return distance * math::cos(two_pi * uniform());
}

std::uint32_t Philox::below(std::uint32_t bound) {
  if (bound == 0) throw ArgumentError("no number is below 0");
  // The high half of word * bound; of the 2^32 words, 2^32 % bound are too many and drawn again.
  const std::uint32_t too_many = (0U - bound) % bound;
  std::uint64_t product = 0;
  do {
    product = std::uint64_t{next()} * bound;
  } while (low(product) < too_many);
  return high(product);
}

std::vector<std::uint32_t> permutation(std::uint32_t count, std::uint64_t seed,
                                       std::uint64_t stream) {
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0U);
  Philox random(seed, stream);
  for (std::uint32_t i = count; i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
  return order;
}

}  // namespace levelgrad
