// SPDX-License-Identifier: MIT
//
// This file is compiled for the machine at hand and has no inline function of another header: the
// linker could take this file's copy of one for the whole program.
//
// Chains are variables and no array: g++ leaves an array in memory that an asm statement names, and
// loads and stores would be measured. Six chains of each kind and the constants fit 16 registers;
// with 32 there are twice as many, as wider processors need them to be busy.
#include "slots.h"

namespace levelgrad::bench {

namespace {

#if defined(__AVX512F__)
constexpr std::size_t vector_bytes = 64;
#elif defined(__AVX__)
constexpr std::size_t vector_bytes = 32;
#else
constexpr std::size_t vector_bytes = 16;
#endif

}  // namespace

#if defined(__x86_64__)
#define LG_IN_A_REGISTER(vector) "+v"(vector)
#else
#define LG_IN_A_REGISTER(vector) "+w"(vector)
#endif
#if defined(__AVX512F__)
#define LG_CHAINS(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11)
constexpr std::size_t chains = 12;
#else
#define LG_CHAINS(X) X(0) X(1) X(2) X(3) X(4) X(5)
constexpr std::size_t chains = 6;
#endif

template <class T>
std::size_t fill_slots(std::size_t rounds, T one, T zero, T* sink) {
  typedef T Vector __attribute__((vector_size(vector_bytes)));
  constexpr std::size_t lanes = vector_bytes / sizeof(T);
  const Vector factor = one - Vector{};
  const Vector term = zero - Vector{};
#define LG_START(c) Vector product##c = one - Vector{}, sum##c = T(c) - Vector{};
  LG_CHAINS(LG_START)
  for (std::size_t round = 0; round < rounds; ++round) {
// The asm keeps the compiler from doing many rounds of a chain at once.
#define LG_ROUND(c)     \
  product##c *= factor; \
  sum##c += term;       \
  asm volatile("" : LG_IN_A_REGISTER(product##c), LG_IN_A_REGISTER(sum##c));
    LG_CHAINS(LG_ROUND)
  }
  Vector all = {};
#define LG_END(c) all += product##c + sum##c;
  LG_CHAINS(LG_END)
  T total = 0;
  for (std::size_t i = 0; i < lanes; ++i) total += all[i];
  *sink = total;
  return rounds * 2 * chains * lanes;
}

template std::size_t fill_slots(std::size_t, float, float, float*);
template std::size_t fill_slots(std::size_t, double, double, double*);

}  // namespace levelgrad::bench
