// SPDX-License-Identifier: MIT
//
// Fixed inputs for the math functions, and a hash of the outputs, on a host or a device. Two kinds
// of inputs, each cut into blocks:
//
//   Random<T>   made by splitmix64 of their number: all bits random, wide and narrow ranges,
//               multiples of pi/2, special values.
//   AllFloats   input number i is the f32 with the bits i: 2^32 inputs of which a test takes some
//               blocks and bench/math_exhaustive.cpp takes all.
//
// Hash of a block: FNV-1a with 64 bits, fed with the bits of each output as one word, every NaN as
// the positive quiet one without payload. Hash of several blocks: the same, fed with theirs.
#pragma once

#include "levelgrad/math.h"

namespace levelgrad::testing {

using Word = unsigned long long;

struct Fnv {
  Word hash = 0xcbf29ce484222325ULL;
  LG_FN void add(Word word) { hash = (hash ^ word) * 0x100000001b3ULL; }
};

LG_FN Word splitmix64(Word number) {
  Word z = (number + 1) * 0x9e3779b97f4a7c15ULL;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

/// A number from random bits: the sign, a 52 or 23 bit fraction, and 2^exponent.
template <class T>
LG_FN T compose(Word random, int exponent) {
  using F = math::Format<T>;
  using Bits = typename F::Bits;
  const Bits fraction = static_cast<Bits>(random >> (64 - F::fraction_bits));
  const Bits biased = static_cast<Bits>(static_cast<int>(F::bias) + exponent);
  const Bits sign = (random & 1) != 0 ? F::sign : 0;
  return math::from_bits(sign | (biased << F::fraction_bits) | fraction);
}

/// 0, the smallest and largest numbers, borders of functions, infinity, NaN, each with both signs.
template <class T>
LG_FN T special(Word random) {
  using F = math::Format<T>;
  using Bits = typename F::Bits;
  const Bits one = F::bias << F::fraction_bits;
  const Bits inf = (2 * F::bias + 1) << F::fraction_bits;
  const T numbers[] = {T(0),
                       math::from_bits(Bits(1)),
                       F::smallest_normal,
                       math::from_bits(inf - 1),
                       math::infinity<T>(),
                       math::nan<T>(),
                       T(1),
                       math::from_bits(one - 1),
                       math::from_bits(one + 1),
                       T(0.5),
                       T(1.5),
                       T(2),
                       T(3),
                       T(4),
                       T(0.75),
                       T(6),
                       T(10),
                       T(13),
                       T(14),
                       T(15),
                       T(22),
                       T(27),
                       T(38),
                       T(39),
                       T(40),
                       T(88),
                       T(104),
                       T(709),
                       T(745),
                       T(16777215),
                       T(1e9F),
                       T(1e22),
                       F::magic,
                       F::magic + T(1)};
  const T number = numbers[(random >> 8) % (sizeof(numbers) / sizeof(T))];
  return number == number && (random & 1) != 0 ? -number : number;
}

template <class T>
struct Random {
  using Number = T;
  static constexpr const char* name = sizeof(T) == 8 ? "f64" : "f32";
  static constexpr Word block_size = 256;

  /// Input number i; `which` is 0 for x and 1 for y.
  LG_FN static T input(Word i, Word which) {
    const Word random = splitmix64(2 * i + which);
    const int small = static_cast<int>((random >> 1) % 16);
    const int wide = static_cast<int>((random >> 1) % 72);
    switch (i % 10) {
      case 0:
      case 1:
        return math::from_bits(static_cast<typename math::Format<T>::Bits>(random));
      case 2:
        return compose<T>(random, wide - 62);  // 2^-62 ... 2^10
      case 3:
        return compose<T>(random, small - 8);  // 2^-8 ... 2^8
      case 4:
        return compose<T>(random, small / 4 - 2);
      case 5:
        return math::abs(compose<T>(random, small / 4 - 2));
      case 6:
        return compose<T>(random, small / 8 - 1) * T(which == 0 ? 500 : 20);
      case 7:
        return T(1) + compose<T>(random, small - 20);
      case 8:
        return T(random >> (40 + wide / 4)) * T(1.57079632679489661923);
      default:
        return special<T>(random);
    }
  }
};

struct AllFloats {
  using Number = float;
  static constexpr const char* name = "f32-bits";
  static constexpr Word block_size = 4096;

  LG_FN static float input(Word i, Word which) {
    return which == 0 ? math::from_bits(static_cast<unsigned>(i)) : Random<float>::input(i, 1);
  }
};

/// The blocks that tests take: 102,400 numbers of Random, 2^19 of AllFloats, evenly spread.
template <class Inputs>
struct Sample {
  static constexpr Word blocks = 400;
  LG_FN static Word block(Word k) { return k; }
};
template <>
struct Sample<AllFloats> {
  static constexpr Word blocks = 128;
  LG_FN static Word block(Word k) { return k * 8192 + k * 61; }
};

template <class T>
LG_FN Word canonical_bits(T y) {
  return math::to_bits(y == y ? y : math::nan<T>());
}

/// The hash of a block, one number after the other.
template <class F, class Inputs>
LG_FN Word block_hash(Word block) {
  Fnv hash;
  for (Word i = block * Inputs::block_size; i < (block + 1) * Inputs::block_size; ++i) {
    hash.add(canonical_bits(F::value(Inputs::input(i, 0), Inputs::input(i, 1))));
  }
  return hash.hash;
}

/// The same by arrays, so that the loop in the middle is vectorised where compilers can.
template <class F, class Inputs>
Word block_hash_by_arrays(Word block) {
  using T = typename Inputs::Number;
  constexpr Word size = Inputs::block_size;
  T x[size], y[size], result[size];
  for (Word i = 0; i < size; ++i) {
    x[i] = Inputs::input(block * size + i, 0);
    y[i] = Inputs::input(block * size + i, 1);
  }
  for (Word i = 0; i < size; ++i) result[i] = F::value(x[i], y[i]);
  Fnv hash;
  for (Word i = 0; i < size; ++i) hash.add(canonical_bits(result[i]));
  return hash.hash;
}

}  // namespace levelgrad::testing
