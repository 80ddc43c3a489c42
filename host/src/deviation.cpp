// SPDX-License-Identifier: MIT
//
// How far numbers of fast mode are from exact ones.
#include <algorithm>
#include <cmath>
#include <limits>

#include "levelgrad/error.h"
#include "levelgrad/host/parity.h"

namespace levelgrad::host {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

/// The distance of |x| from the next number away from 0.
template <class T>
double ulp(T x) {
  const T above = std::nextafter(std::abs(x), std::numeric_limits<T>::infinity());
  if (std::isfinite(above)) return static_cast<double>(above - std::abs(x));
  return static_cast<double>(std::abs(x) - std::nextafter(std::abs(x), T(0)));
}

template <class T>
void add(T exact, T fast, Deviation& deviation) {
  const bool both_nan = std::isnan(exact) && std::isnan(fast);
  // Zeros of two signs are no error, but not the same bits.
  if (both_nan || (exact == fast && std::signbit(exact) == std::signbit(fast))) {
    ++deviation.identical;
    return;
  }
  if (!std::isfinite(exact) || !std::isfinite(fast)) {
    deviation.absolute = deviation.relative = deviation.ulps = infinite;
    return;
  }
  const double error = std::abs(static_cast<double>(fast) - static_cast<double>(exact));
  deviation.absolute = std::max(deviation.absolute, error);
  if (exact == T(0)) return;
  deviation.relative = std::max(deviation.relative, error / std::abs(static_cast<double>(exact)));
  deviation.ulps = std::max(deviation.ulps, error / ulp(exact));
}

template <class T>
Deviation deviation_of(const BasicQuantity<T>& exact, const BasicQuantity<T>& fast) {
  Deviation result = {.quantity = exact.name};
  result.count = std::max(exact.numbers.size(), fast.numbers.size());
  // Numbers that one side lacks: a training that ended earlier.
  if (exact.numbers.size() != fast.numbers.size()) {
    result.absolute = result.relative = result.ulps = infinite;
  }
  double largest = 0;
  for (std::size_t i = 0; i < std::min(exact.numbers.size(), fast.numbers.size()); ++i) {
    const T number = exact.numbers[i];
    add(number, fast.numbers[i], result);
    if (std::isfinite(number)) largest = std::max(largest, std::abs(static_cast<double>(number)));
  }
  result.scaled = result.absolute == 0 ? 0 : result.absolute / largest;  // infinite where all are 0
  return result;
}

}  // namespace

template <class T>
std::vector<Deviation> deviations(const std::vector<BasicQuantity<T>>& exact,
                                  const std::vector<BasicQuantity<T>>& fast) {
  if (exact.size() != fast.size()) throw ArgumentError("lists of different quantities");
  std::vector<Deviation> result;
  for (std::size_t k = 0; k < exact.size(); ++k) {
    if (exact[k].name != fast[k].name) throw ArgumentError("lists of different quantities");
    result.push_back(deviation_of(exact[k], fast[k]));
  }
  return result;
}

bool ParityRun::within_bound() const {
  return std::ranges::all_of(deviations,
                             [&](const Deviation& each) { return each.scaled <= bound; });
}

template std::vector<Deviation> deviations(const std::vector<BasicQuantity<float>>&,
                                           const std::vector<BasicQuantity<float>>&);
template std::vector<Deviation> deviations(const std::vector<BasicQuantity<double>>&,
                                           const std::vector<BasicQuantity<double>>&);

}  // namespace levelgrad::host
