// SPDX-License-Identifier: MIT
#include "levelgrad/random.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "levelgrad/error.h"

namespace levelgrad {
namespace {

/// The state that init_by_array makes of a key, handed to std::mt19937 as a seed sequence: the
/// standard engine then starts from exactly these words.
class InitByArray {
public:
  using result_type = std::uint32_t;

  explicit InitByArray(std::uint64_t seed) {
    // Python's key: the seed's 32-bit digits, the lowest first, at least one.
    const std::array<std::uint32_t, 2> key = {static_cast<std::uint32_t>(seed),
                                              static_cast<std::uint32_t>(seed >> 32)};
    mix_in(key.data(), key[1] == 0 ? 1 : 2);
  }

  template <class Iterator>
  void generate(Iterator begin, Iterator end) const {
    std::copy_n(state_.begin(), end - begin, begin);
  }

private:
  static constexpr std::size_t n = 624;

  void start(std::uint32_t seed) {
    state_[0] = seed;
    for (std::uint32_t i = 1; i < n; ++i) state_[i] = 1812433253u * folded(i) + i;
  }

  void mix_in(const std::uint32_t* key, std::uint32_t key_length) {
    start(19650218u);
    std::size_t i = 1;
    std::uint32_t j = 0;
    for (std::size_t k = n; k > 0; --k) {
      state_[i] = (state_[i] ^ (folded(i) * 1664525u)) + key[j] + j;
      i = next(i);
      j = (j + 1) % key_length;
    }
    for (std::size_t k = n - 1; k > 0; --k) {
      state_[i] = (state_[i] ^ (folded(i) * 1566083941u)) - static_cast<std::uint32_t>(i);
      i = next(i);
    }
    state_[0] = 0x80000000u;
  }

  [[nodiscard]] std::uint32_t folded(std::size_t i) const {
    return state_[i - 1] ^ (state_[i - 1] >> 30);
  }

  std::size_t next(std::size_t i) {
    if (i + 1 < n) return i + 1;
    state_[0] = state_[n - 1];
    return 1;
  }

  std::array<std::uint32_t, n> state_{};
};

std::mt19937 engine_for(std::uint64_t seed) {
  InitByArray sequence(seed);
  return std::mt19937(sequence);
}

}  // namespace

PythonRandom::PythonRandom(std::uint64_t seed) : engine_(engine_for(seed)) {}

double PythonRandom::random() {
  const auto high = static_cast<double>(engine_() >> 5);  // 27 bits
  const auto low = static_cast<double>(engine_() >> 6);   // 26 bits
  return (high * 67108864.0 + low) / 9007199254740992.0;
}

double PythonRandom::uniform(double low, double high) { return low + (high - low) * random(); }

XorShift64Star::XorShift64Star(std::uint64_t seed) : state_(seed) {
  if (seed == 0) throw ArgumentError("the seed of xorshift64* must not be 0");
}

std::uint32_t XorShift64Star::next() {
  state_ ^= state_ >> 12;
  state_ ^= state_ << 25;
  state_ ^= state_ >> 27;
  return static_cast<std::uint32_t>((state_ * 0x2545F4914F6CDD1DU) >> 32);
}

double XorShift64Star::random() { return static_cast<double>(next() >> 8) / 16777216.0; }

double XorShift64Star::uniform(double low, double high) { return low + (high - low) * random(); }

}  // namespace levelgrad
