// SPDX-License-Identifier: MIT
#include "levelgrad/losses.h"

#include <cmath>

#include "levelgrad/number_text.h"

namespace levelgrad {
namespace {

/// The mean of loss(prediction - target).
template <class T, class Loss>
BasicValue<T> mean_over_differences(const char* name, std::span<const BasicValue<T>> predictions,
                                    std::span<const double> targets, const Loss& loss) {
  if (predictions.size() != targets.size()) {
    throw ShapeError(std::string(name) + " of " + std::to_string(predictions.size()) +
                     " predictions and " + std::to_string(targets.size()) + " targets");
  }
  std::vector<BasicValue<T>> losses;
  losses.reserve(predictions.size());
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    losses.push_back(loss(predictions[i] - targets[i]));
  }
  return mean(losses);
}

/// The logits less the highest of them, which is taken as a number.
template <class T>
std::vector<BasicValue<T>> shifted(std::span<const BasicValue<T>> logits) {
  if (logits.empty()) throw ArgumentError("softmax of no logits");
  BasicValue<T> highest = logits.front();
  for (const BasicValue<T>& logit : logits.subspan(1)) highest = max(highest, logit);
  highest = detach(highest);
  std::vector<BasicValue<T>> result;
  result.reserve(logits.size());
  for (const BasicValue<T>& logit : logits) result.push_back(logit - highest);
  return result;
}

template <class T>
std::vector<BasicValue<T>> exponentials(const std::vector<BasicValue<T>>& values) {
  std::vector<BasicValue<T>> result;
  result.reserve(values.size());
  for (const BasicValue<T>& value : values) result.push_back(exp(value));
  return result;
}

}  // namespace

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
BasicValue<T> hinge(const BasicValue<T>& score, const BasicValue<T>& label) {
  return relu(1.0 + -label * score);
}

template <class T>
BasicValue<T> mse(std::span<const BasicValue<T>> predictions, std::span<const double> targets) {
  return mean_over_differences("mse", predictions, targets,
                               [](const BasicValue<T>& d) { return pow(d, 2); });
}

template <class T>
BasicValue<T> l1(std::span<const BasicValue<T>> predictions, std::span<const double> targets) {
  return mean_over_differences("l1", predictions, targets,
                               [](const BasicValue<T>& d) { return abs(d); });
}

template <class T>
BasicValue<T> huber(std::span<const BasicValue<T>> predictions, std::span<const double> targets,
                    double delta) {
  if (!(std::isfinite(delta) && delta > 0)) {
    throw ArgumentError("huber's delta must be a positive number, not " + shortest(delta));
  }
  return mean_over_differences("huber", predictions, targets, [delta](const BasicValue<T>& d) {
    const BasicValue<T> distance = abs(d);
    const BasicValue<T> q = min(distance, delta);
    return 0.5 * q * q + delta * (distance - q);
  });
}

template <class T>
std::vector<BasicValue<T>> softmax(std::span<const BasicValue<T>> logits) {
  std::vector<BasicValue<T>> result = exponentials(shifted(logits));
  const BasicValue<T> total = sum(result);
  for (BasicValue<T>& value : result) value = value / total;
  return result;
}

template <class T>
std::vector<BasicValue<T>> log_softmax(std::span<const BasicValue<T>> logits) {
  std::vector<BasicValue<T>> result = shifted(logits);
  const BasicValue<T> log_total = log(sum(exponentials(result)));
  for (BasicValue<T>& value : result) value = value - log_total;
  return result;
}

template <class T>
BasicValue<T> cross_entropy(std::span<const BasicValue<T>> logits, std::size_t class_index) {
  if (class_index >= logits.size()) {
    throw ArgumentError("cross_entropy: no class " + std::to_string(class_index) + " in " +
                        std::to_string(logits.size()) + " logits");
  }
  const std::vector<BasicValue<T>> relative = shifted(logits);
  return log(sum(exponentials(relative))) - relative[class_index];
}

template <class T>
BasicValue<T> cross_entropy(std::span<const BasicValue<T>> logits,
                            const BasicValue<T>& class_index) {
  const std::vector<BasicValue<T>> relative = shifted(logits);
  const BasicValue<T> log_total = log(sum(exponentials(relative)));
  BasicValue<T> chosen = relative.front();
  for (std::size_t k = 1; k < relative.size(); ++k) {
    const BasicValue<T> below = less(class_index, static_cast<double>(k) - 0.5);
    chosen = select(below, chosen, relative[k]);
  }
  return log_total - chosen;
}

template <class T>
BasicValue<T> binary_cross_entropy(const BasicValue<T>& logit, double target) {
  if (!(target >= 0 && target <= 1)) {
    throw ArgumentError("the target of binary_cross_entropy must be in [0, 1], not " +
                        shortest(target));
  }
  return softplus(logit) - target * logit;
}

template <class T>
BasicValue<T> binary_cross_entropy(const BasicValue<T>& logit, const BasicValue<T>& target) {
  return softplus(logit) - target * logit;
}

template <class T>
BasicValue<T> squared_error(const BasicValue<T>& prediction, const BasicValue<T>& target) {
  return pow(prediction - target, 2);
}

template <class T>
BasicValue<T> l2(std::span<const BasicValue<T>> parameters) {
  BasicValue<T> total = T(0);
  for (const BasicValue<T>& p : parameters) total = total + p * p;
  return total;
}

template <class T>
BasicValue<T> l1(std::span<const BasicValue<T>> parameters) {
  BasicValue<T> total = T(0);
  for (const BasicValue<T>& p : parameters) total = total + abs(p);
  return total;
}

#define LG_INSTANTIATE(T)                                                                        \
  template BasicValue<T> sum(std::span<const BasicValue<T>>);                                    \
  template BasicValue<T> mean(std::span<const BasicValue<T>>);                                   \
  template BasicValue<T> hinge(const BasicValue<T>&, double);                                    \
  template BasicValue<T> hinge(const BasicValue<T>&, const BasicValue<T>&);                      \
  template BasicValue<T> mse(std::span<const BasicValue<T>>, std::span<const double>);           \
  template BasicValue<T> l1(std::span<const BasicValue<T>>, std::span<const double>);            \
  template BasicValue<T> huber(std::span<const BasicValue<T>>, std::span<const double>, double); \
  template std::vector<BasicValue<T>> softmax(std::span<const BasicValue<T>>);                   \
  template std::vector<BasicValue<T>> log_softmax(std::span<const BasicValue<T>>);               \
  template BasicValue<T> cross_entropy(std::span<const BasicValue<T>>, std::size_t);             \
  template BasicValue<T> cross_entropy(std::span<const BasicValue<T>>, const BasicValue<T>&);    \
  template BasicValue<T> binary_cross_entropy(const BasicValue<T>&, double);                     \
  template BasicValue<T> binary_cross_entropy(const BasicValue<T>&, const BasicValue<T>&);       \
  template BasicValue<T> squared_error(const BasicValue<T>&, const BasicValue<T>&);              \
  template BasicValue<T> l1(std::span<const BasicValue<T>>);                                     \
  template BasicValue<T> l2(std::span<const BasicValue<T>>);
LG_INSTANTIATE(float)
LG_INSTANTIATE(double)
#undef LG_INSTANTIATE

}  // namespace levelgrad
