// SPDX-License-Identifier: MIT
#include "levelgrad/losses.h"

namespace levelgrad {

template <class T>
BasicValue<T> sum(std::span<const BasicValue<T>> values) {
  BasicValue<T> total = T(0);
  for (const BasicValue<T>& value : values) total = total + value;
  return total;
}

template <class T>
BasicValue<T> mean(std::span<const BasicValue<T>> values) {
  if (values.empty()) throw ArgumentError("the mean of no values");
  return sum(values) * (T(1) / static_cast<T>(values.size()));
}

template <class T>
BasicValue<T> hinge(const BasicValue<T>& score, double label) {
  return relu(1.0 + -label * score);
}

template <class T>
BasicValue<T> mse(std::span<const BasicValue<T>> predictions, std::span<const double> targets) {
  if (predictions.size() != targets.size()) {
    throw ShapeError("mse of " + std::to_string(predictions.size()) + " predictions and " +
                     std::to_string(targets.size()) + " targets");
  }
  std::vector<BasicValue<T>> squares;
  squares.reserve(predictions.size());
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    squares.push_back(pow(predictions[i] - targets[i], 2));
  }
  return mean(squares);
}

template <class T>
BasicValue<T> l2(std::span<const BasicValue<T>> parameters) {
  BasicValue<T> total = T(0);
  for (const BasicValue<T>& p : parameters) total = total + p * p;
  return total;
}

#define LG_INSTANTIATE(T)                                                              \
  template BasicValue<T> sum(std::span<const BasicValue<T>>);                          \
  template BasicValue<T> mean(std::span<const BasicValue<T>>);                         \
  template BasicValue<T> hinge(const BasicValue<T>&, double);                          \
  template BasicValue<T> mse(std::span<const BasicValue<T>>, std::span<const double>); \
  template BasicValue<T> l2(std::span<const BasicValue<T>>);
LG_INSTANTIATE(float)
LG_INSTANTIATE(double)
#undef LG_INSTANTIATE

}  // namespace levelgrad
