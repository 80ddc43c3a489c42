// SPDX-License-Identifier: MIT
#include "levelgrad/self_test.h"

#include <bit>
#include <cfloat>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>

#include "levelgrad/error.h"

static_assert(FLT_EVAL_METHOD == 0, "levelgrad needs SSE2 arithmetic, not the x87's");
static_assert(std::numeric_limits<double>::is_iec559 && std::numeric_limits<float>::is_iec559);

namespace levelgrad {
namespace {

// All operands pass through a volatile, so that no compiler computes anything here beforehand, and
// results are compared as bits, as comparisons flush subnormal numbers, too.

template <class T>
using Bits = std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>;

template <class T>
T opaque(T x) {
  volatile T hidden = x;
  return hidden;
}

template <class T>
bool same(T x, T y) {
  return std::bit_cast<Bits<T>>(x) == std::bit_cast<Bits<T>>(y);
}

/// 1 + 3/4 ulp must round up to 1 + ulp, and 1 + 1/4 ulp down to 1; the same below 0.
template <class T>
bool rounds_to_nearest() {
  constexpr T ulp = std::numeric_limits<T>::epsilon();
  const auto sum = [](T sign, T ulps) { return opaque(sign) + opaque(sign * ulps * ulp); };
  return same(sum(1, T(0.75)), 1 + ulp) && same(sum(1, T(0.25)), T(1)) &&
         same(sum(-1, T(0.75)), -1 - ulp) && same(sum(-1, T(0.25)), T(-1));
}

/// Results that are subnormal (flush to zero), and subnormal operands (denormals are zero).
template <class T>
bool keeps_subnormal_results() {
  const T result = opaque(std::numeric_limits<T>::min()) * opaque(T(0.5));
  return same(result, std::bit_cast<T>(std::bit_cast<Bits<T>>(std::numeric_limits<T>::min()) / 2));
}
template <class T>
bool keeps_subnormal_operands() {
  constexpr T scale = 1 / std::numeric_limits<T>::epsilon();
  const T smallest = std::bit_cast<T>(Bits<T>(1));
  return same(opaque(smallest) * opaque(scale), std::numeric_limits<T>::min());
}

/// (1 + ulp)^2 - (1 + 2 ulp) is ulp^2 when fused; x * x alone loses that, whichever way it rounds.
template <class T>
bool contracts() {
  constexpr T ulp = std::numeric_limits<T>::epsilon();
  const T x = opaque(1 + ulp);
  return same(x * x + opaque(-1 - 2 * ulp), ulp * ulp);
}

}  // namespace

void check_arithmetic() {
  std::string wrong;
  const auto add = [&](bool is_wrong, const char* what) {
    if (is_wrong) wrong += (wrong.empty() ? "" : ", ") + std::string(what);
  };
  add(!rounds_to_nearest<double>() || !rounds_to_nearest<float>(),
      "rounding is not to nearest, ties to even");
  add(!keeps_subnormal_results<double>() || !keeps_subnormal_results<float>(),
      "subnormal results become zero (FTZ)");
  add(!keeps_subnormal_operands<double>() || !keeps_subnormal_operands<float>(),
      "subnormal operands are taken for zero (DAZ)");
  add(contracts<double>() || contracts<float>(), "a * b + c is contracted to one rounding");
  if (wrong.empty()) return;
  throw ArithmeticError(
      "this thread's arithmetic is not IEEE-754's: " + wrong,
      "a library built with -ffast-math may have changed the processor's mode (build it without), "
      "or levelgrad was built with fast-math or without -ffp-contract=off");
}

}  // namespace levelgrad
