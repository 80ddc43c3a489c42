// SPDX-License-Identifier: MIT
//
// The plain baseline: arrays and loops, one example after the other.
#include "baselines.h"

namespace levelgrad::bench {

namespace {

constexpr std::size_t width = 16;

template <class T>
struct PlainNet {
  const T* w1;  ///< [width][3]
  const T* w2;  ///< [width][width + 1]
  const T* w3;  ///< [width + 1]
  T* g1;        ///< grads, in the same shapes
  T* g2;
  T* g3;

  PlainNet(const T* parameters, T* grads)
      : w1(parameters),
        w2(w1 + width * 3),
        w3(w2 + width * (width + 1)),
        g1(grads),
        g2(g1 + width * 3),
        g3(g2 + width * (width + 1)) {}

  /// The example's loss; adds share times its gradient.
  T example(const T (&x)[2], T label, T share) const {
    T h1[width], h2[width];
    for (std::size_t j = 0; j < width; ++j) {
      const T* w = w1 + j * 3;
      const T sum = w[2] + w[0] * x[0] + w[1] * x[1];
      h1[j] = sum > 0 ? sum : 0;
    }
    for (std::size_t j = 0; j < width; ++j) {
      const T* w = w2 + j * (width + 1);
      T sum = w[width];
      for (std::size_t k = 0; k < width; ++k) sum += w[k] * h1[k];
      h2[j] = sum > 0 ? sum : 0;
    }
    T score = w3[width];
    for (std::size_t k = 0; k < width; ++k) score += w3[k] * h2[k];
    // Backward also where the margin is kept: the work must not depend on what was learnt.
    const T margin = 1 - label * score;
    const bool active = margin > 0;
    backward(x, h1, h2, active ? -label * share : 0);
    return active ? margin : 0;
  }

  void backward(const T (&x)[2], const T* h1, const T* h2, T g) const {
    T d1[width] = {};
    g3[width] += g;
    for (std::size_t j = 0; j < width; ++j) {
      g3[j] += g * h2[j];
      const T d = h2[j] > 0 ? g * w3[j] : 0;
      T* grad = g2 + j * (width + 1);
      const T* w = w2 + j * (width + 1);
      grad[width] += d;
      for (std::size_t k = 0; k < width; ++k) {
        grad[k] += d * h1[k];
        d1[k] += d * w[k];
      }
    }
    for (std::size_t j = 0; j < width; ++j) {
      const T d = h1[j] > 0 ? d1[j] : 0;
      T* grad = g1 + j * 3;
      grad[0] += d * x[0];
      grad[1] += d * x[1];
      grad[2] += d;
    }
  }
};

}  // namespace

template <class T>
T plain_step(const T* parameters, const Points<T>& points, T penalty, T* grads) {
  for (std::size_t k = 0; k < moons_parameter_count; ++k) grads[k] = 0;
  const PlainNet<T> net(parameters, grads);
  const T share = 1 / static_cast<T>(points.count);
  T loss = 0;
  for (std::size_t i = 0; i < points.count; ++i) {
    const T x[2] = {points.x0[i], points.x1[i]};
    loss += share * net.example(x, points.labels[i], share);
  }
  for (std::size_t k = 0; k < moons_parameter_count; ++k) {
    loss += penalty * parameters[k] * parameters[k];
    grads[k] += 2 * penalty * parameters[k];
  }
  return loss;
}

template float plain_step(const float*, const Points<float>&, float, float*);
template double plain_step(const double*, const Points<double>&, double, double*);

}  // namespace levelgrad::bench
