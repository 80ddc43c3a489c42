// SPDX-License-Identifier: MIT
//
// What one would write without autograd: forward and backward of the moons net by hand, as plain
// C++ and with the examples in SIMD lanes. No contraction of a * b + c, as everywhere in levelgrad.
#pragma once

#include <cstddef>

namespace levelgrad::bench {

/// 2-16-16-1: neuron by neuron, its weights and then its bias, as MLP::parameters() has them.
constexpr std::size_t moons_parameter_count = 337;

/// Labelled points in the plane, a column each [count]. Borrowed.
///
/// Columns, so that the SIMD baseline needs no shuffles; the plain one does not mind.
template <class T>
struct Points {
  std::size_t count = 0;
  const T* x0 = nullptr;
  const T* x1 = nullptr;
  const T* labels = nullptr;  ///< -1 and 1
};

/// One example after the other.
///
/// parameters  [337]
/// grads       [337], overwritten: d loss / d parameter
/// returns     mean of relu(1 - label * score) over the points + penalty * sum(p * p)
template <class T>
T plain_step(const T* parameters, const Points<T>& points, T penalty, T* grads);

/// As plain_step, with blocks of examples in SIMD lanes; the grads are summed in another order.
template <class T>
T simd_step(const T* parameters, const Points<T>& points, T penalty, T* grads);

extern template float plain_step(const float*, const Points<float>&, float, float*);
extern template double plain_step(const double*, const Points<double>&, double, double*);
extern template float simd_step(const float*, const Points<float>&, float, float*);
extern template double simd_step(const double*, const Points<double>&, double, double*);

}  // namespace levelgrad::bench
