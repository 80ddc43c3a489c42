// SPDX-License-Identifier: MIT
//
// How many additions and multiplications this processor does: the computed limit of every CPU row
// is the net's number of operations over this rate, measured and not assumed.
#pragma once

#include <cstddef>

namespace levelgrad::bench {

/// Vector additions and multiplications in equal numbers, in chains that do not wait for each
/// other, no fma; as much arithmetic as the processor takes.
///
/// one, zero  1 and 0, which the compiler must not know
/// sink       gets a number that depends on all of it
/// returns    operations done, each lane of a vector counted
template <class T>
std::size_t fill_slots(std::size_t rounds, T one, T zero, T* sink);

extern template std::size_t fill_slots(std::size_t, float, float, float*);
extern template std::size_t fill_slots(std::size_t, double, double, double*);

/// Operations in a nanosecond: the most of some short trials, each with that many threads at work.
/// Others may disturb a trial; the limit is what the processor does undisturbed.
template <class T>
[[nodiscard]] double slots_per_ns(int threads);

extern template double slots_per_ns<float>(int);
extern template double slots_per_ns<double>(int);

}  // namespace levelgrad::bench
