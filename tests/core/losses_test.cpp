// SPDX-License-Identifier: MIT
#include "levelgrad/losses.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "levelgrad/error.h"
#include "support/bits.h"

namespace levelgrad {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double inf = std::numeric_limits<double>::infinity();

std::vector<double> data_of(const std::vector<Value>& values) {
  std::vector<double> numbers;
  for (const Value& value : values) numbers.push_back(value.data());
  return numbers;
}

TEST(Losses, AreWhatTheirNamesSay) {
  const Value score = 0.25;
  EXPECT_EQ(0.75, hinge(score, 1).data());
  EXPECT_EQ(1.25, hinge(score, -1).data());
  const std::vector<Value> values = {1.0, 2.0, 4.0};
  EXPECT_EQ(7.0, sum(values).data());
  EXPECT_EQ(7.0 * (1.0 / 3.0), mean(values).data());
  EXPECT_EQ(21.0, l2(values).data());
  EXPECT_EQ((0.0 + 1.0 + 9.0) * (1.0 / 3.0), mse(values, std::vector<double>{1, 1, 1}).data());
  EXPECT_EQ(0.0, sum(std::vector<Value>()).data());
}

TEST(Losses, RefuseWhatDoesNotFit) {
  EXPECT_THROW((void)mean(std::vector<Value>()), ArgumentError);
  EXPECT_THROW((void)mse(std::vector<Value>{1.0}, std::vector<double>{1, 2}), ShapeError);
  EXPECT_THROW((void)mse(std::vector<Value>(), std::vector<double>()), ArgumentError);
  EXPECT_THROW((void)l1(std::vector<Value>{1.0}, std::vector<double>{1, 2}), ShapeError);
  EXPECT_THROW((void)l1(std::vector<Value>(), std::vector<double>()), ArgumentError);
  EXPECT_THROW((void)huber(std::vector<Value>{1.0}, std::vector<double>{}, 1), ShapeError);
  for (const double delta : {0.0, -1.0, inf, nan}) {
    EXPECT_THROW((void)huber(std::vector<Value>{1.0}, std::vector<double>{1}, delta),
                 ArgumentError);
  }
  EXPECT_THROW((void)softmax(std::vector<Value>()), ArgumentError);
  EXPECT_THROW((void)log_softmax(std::vector<Value>()), ArgumentError);
  EXPECT_THROW((void)cross_entropy(std::vector<Value>(), 0), ArgumentError);
  EXPECT_THROW((void)cross_entropy(std::vector<Value>{1.0, 2.0}, 2), ArgumentError);
  for (const double target : {-0.001, 1.001, nan}) {
    EXPECT_THROW((void)binary_cross_entropy(Value(0.0), target), ArgumentError);
  }
}

TEST(Losses, AbsoluteErrorAndHuber) {
  const std::vector<Value> predictions = {1.0, 3.0, -2.0, 0.25};
  const std::vector<double> targets = {1.5, 1.0, 2.0, 0.25};  // differences -0.5, 2, -4, 0
  EXPECT_EQ(6.5 / 4, l1(predictions, targets).data());
  const Value loss = huber(predictions, targets, 2.0);
  EXPECT_EQ((0.125 + 2.0 + (2.0 + 2.0 * 2.0)) / 4, loss.data());
  loss.backward();
  EXPECT_EQ(-0.5 / 4, predictions[0].grad());
  EXPECT_EQ(2.0 / 4, predictions[1].grad());
  EXPECT_EQ(-2.0 / 4, predictions[2].grad());
  EXPECT_EQ(0.0, predictions[3].grad());
}

TEST(Losses, AbsoluteErrorHasTheSignAsItsGrad) {
  const std::vector<Value> predictions = {1.0, 3.0};
  l1(predictions, std::vector<double>{1.5, 1.0}).backward();
  EXPECT_EQ(-0.5, predictions[0].grad());
  EXPECT_EQ(0.5, predictions[1].grad());
}

TEST(Softmax, AtEasyPoints) {
  EXPECT_EQ((std::vector<double>{0.25, 0.25, 0.25, 0.25}),
            data_of(softmax(std::vector<Value>{3.0, 3.0, 3.0, 3.0})));
  EXPECT_EQ((std::vector<double>{1}), data_of(softmax(std::vector<Value>{-7.0})));
  EXPECT_EQ((std::vector<double>{0}), data_of(log_softmax(std::vector<Value>{-7.0})));
  const std::vector<Value> odds = softmax(std::vector<Value>{0.0, std::log(3.0)});
  EXPECT_DOUBLE_EQ(0.25, odds[0].data());
  EXPECT_DOUBLE_EQ(0.75, odds[1].data());
  const std::vector<Value> logs = log_softmax(std::vector<Value>{0.0, std::log(3.0)});
  EXPECT_DOUBLE_EQ(std::log(0.25), logs[0].data());
  EXPECT_DOUBLE_EQ(std::log(0.75), logs[1].data());
}

TEST(Softmax, HoldsForHugeLogits) {
  const std::vector<Value> logits = {1000.0, -1000.0, 1000.0};
  EXPECT_EQ((std::vector<double>{0.5, 0, 0.5}), data_of(softmax(logits)));
  const double ln2 = 0.6931471805599453;
  EXPECT_EQ((std::vector<double>{-ln2, -2000 - ln2, -ln2}), data_of(log_softmax(logits)));
  EXPECT_EQ(2000 + ln2, cross_entropy(logits, 1).data());
  EXPECT_EQ(ln2, cross_entropy(logits, 0).data());
  // All far below: without the shift, every exp would be 0.
  EXPECT_EQ((std::vector<double>{0.5, 0.5}), data_of(softmax(std::vector<Value>{-1e4, -1e4})));
}

TEST(Softmax, NanAndInfinityAreData) {
  EXPECT_EQ((std::vector<double>{1, 0}), data_of(softmax(std::vector<Value>{3.0, -inf})));
  EXPECT_EQ((std::vector<double>{0, -inf}), data_of(log_softmax(std::vector<Value>{3.0, -inf})));
  for (const double first : {inf, nan}) {
    for (const double p : data_of(softmax(std::vector<Value>{first, 0.0}))) {
      EXPECT_TRUE(std::isnan(p)) << first;
    }
  }
  EXPECT_TRUE(std::isnan(cross_entropy(std::vector<Value>{-inf, -inf}, 0).data()));
}

TEST(Softmax, OnlyDifferencesCount) {
  const std::vector<Value> logits = {0.5, -1.25, 2.0};
  const std::vector<Value> moved = {64.5, 62.75, 66.0};  // by 64, exactly
  EXPECT_EQ(data_of(softmax(logits)), data_of(softmax(moved)));
  EXPECT_EQ(data_of(log_softmax(logits)), data_of(log_softmax(moved)));
  EXPECT_EQ(cross_entropy(logits, 1).data(), cross_entropy(moved, 1).data());
}

TEST(Softmax, GradsAreThoseOfTheFormula) {
  const std::vector<Value> logits = {0.5, -1.25, 2.0};
  const std::vector<double> p = data_of(softmax(logits));
  softmax(logits)[0].backward();
  EXPECT_DOUBLE_EQ(p[0] * (1 - p[0]), logits[0].grad());
  EXPECT_DOUBLE_EQ(-p[0] * p[1], logits[1].grad());
  EXPECT_DOUBLE_EQ(-p[0] * p[2], logits[2].grad());
  for (const Value& logit : logits) logit.set_grad(0);
  log_softmax(logits)[0].backward();
  EXPECT_DOUBLE_EQ(1 - p[0], logits[0].grad());
  EXPECT_DOUBLE_EQ(-p[2], logits[2].grad());
}

TEST(CrossEntropy, ItsGradIsSoftmaxLessTheTarget) {
  for (std::size_t target = 0; target < 3; ++target) {
    const std::vector<Value> logits = {0.5, -1.25, 2.0};
    const std::vector<double> p = data_of(softmax(logits));
    const Value loss = cross_entropy(logits, target);
    EXPECT_DOUBLE_EQ(-std::log(p[target]), loss.data());
    loss.backward();
    for (std::size_t k = 0; k < 3; ++k) {
      EXPECT_NEAR(p[k] - (k == target ? 1 : 0), logits[k].grad(), 1e-15) << target << k;
    }
  }
}

TEST(CrossEntropy, ItsGradHoldsForHugeLogits) {
  const std::vector<Value> logits = {1000.0, -1000.0};
  cross_entropy(logits, 1).backward();
  EXPECT_EQ(1.0, logits[0].grad());
  EXPECT_EQ(-1.0, logits[1].grad());
}

/// value and grads of what f makes of a copy of the numbers.
template <class T, class F>
std::vector<T> value_and_grads(const std::vector<T>& numbers, const F& f) {
  const typename BasicGraph<T>::Scope scope;
  std::vector<BasicValue<T>> values;
  for (const T number : numbers) values.emplace_back(number);
  const BasicValue<T> loss = f(values);
  loss.backward();
  std::vector<T> result = {loss.data()};
  for (const BasicValue<T>& value : values) result.push_back(value.grad());
  return result;
}

template <class T>
void expect_same_bits(const std::vector<T>& a, const std::vector<T>& b, const std::string& what) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t k = 0; k < a.size(); ++k) {
    EXPECT_TRUE(testing::same_bits(a[k], b[k])) << what << ": " << a[k] << ", " << b[k];
  }
}

template <class T>
void class_as_value_equals_class_as_number() {
  std::mt19937_64 random(1);
  std::normal_distribution<double> logit(0, 3);
  for (std::size_t count = 1; count <= 10; ++count) {
    for (int round = 0; round < 40; ++round) {
      std::vector<T> logits;
      for (std::size_t k = 0; k < count; ++k) logits.push_back(static_cast<T>(logit(random)));
      if (round == 1) logits.assign(count, T(2));  // all equal
      if (round == 2) logits.back() = T(300);
      if (round == 3) logits.back() = -std::numeric_limits<T>::infinity();
      if (round == 4) logits.front() = std::numeric_limits<T>::quiet_NaN();
      for (std::size_t target = 0; target < count; ++target) {
        const auto number = [&](const auto& values) { return cross_entropy(values, target); };
        const auto value = [&](const auto& values) {
          return cross_entropy(values, BasicValue<T>(target));
        };
        expect_same_bits(value_and_grads(logits, number), value_and_grads(logits, value),
                         std::to_string(count) + " logits, class " + std::to_string(target));
      }
    }
  }
}

TEST(CrossEntropy, AClassThatIsAValueGivesTheBitsOfANumber) {
  class_as_value_equals_class_as_number<double>();
  class_as_value_equals_class_as_number<float>();
}

TEST(CrossEntropy, AClassOutsideIsTheNearestOne) {
  const std::vector<Value> logits = {0.5, -1.25, 2.0};
  for (const double below : {-1.0, -1e300}) {
    EXPECT_EQ(cross_entropy(logits, 0).data(), cross_entropy(logits, Value(below)).data());
  }
  for (const double above : {3.0, 1e300}) {
    EXPECT_EQ(cross_entropy(logits, 2).data(), cross_entropy(logits, Value(above)).data());
  }
  EXPECT_THROW((void)cross_entropy(std::vector<Value>(), Value(0.0)), ArgumentError);
}

template <class T>
void label_as_value_equals_label_as_number() {
  std::mt19937_64 random(2);
  std::normal_distribution<double> score(0, 2);
  for (int round = 0; round < 200; ++round) {
    T number = static_cast<T>(score(random));
    if (round < 4) number = static_cast<T>(round - 2);  // on the kink, too
    if (round == 4) number = std::numeric_limits<T>::infinity();
    for (const double label : {-1.0, 1.0, 0.0}) {
      const auto by_number = [&](const auto& values) { return hinge(values[0], label); };
      const auto by_value = [&](const auto& values) {
        return hinge(values[0], BasicValue<T>(label));
      };
      expect_same_bits(value_and_grads<T>({number}, by_number),
                       value_and_grads<T>({number}, by_value), "label " + std::to_string(label));
    }
  }
}

TEST(Losses, AHingeLabelThatIsAValueGivesTheBitsOfANumber) {
  label_as_value_equals_label_as_number<double>();
  label_as_value_equals_label_as_number<float>();
}

TEST(CrossEntropy, IsThereInFloat) {
  const std::vector<ValueF32> logits = {88.0F, 88.0F, -200.0F};
  EXPECT_EQ(0.6931472F, cross_entropy(logits, 0).data());
  EXPECT_EQ(0.5F, softmax(logits)[1].data());
}

TEST(BinaryCrossEntropy, IsTheLikelihoodOfTheSigmoid) {
  EXPECT_DOUBLE_EQ(std::log(2.0), binary_cross_entropy(Value(0.0), 0.3).data());
  for (const double target : {0.0, 0.25, 1.0}) {
    const Value logit = 0.75;
    const double p = 1 / (1 + std::exp(-0.75));
    const Value loss = binary_cross_entropy(logit, target);
    EXPECT_DOUBLE_EQ(-target * std::log(p) - (1 - target) * std::log(1 - p), loss.data());
    loss.backward();
    EXPECT_DOUBLE_EQ(p - target, logit.grad());
  }
}

TEST(BinaryCrossEntropy, HoldsForHugeLogits) {
  EXPECT_EQ(0.0, binary_cross_entropy(Value(1000.0), 1).data());
  EXPECT_EQ(1000.0, binary_cross_entropy(Value(1000.0), 0).data());
  EXPECT_EQ(0.0, binary_cross_entropy(Value(-1000.0), 0).data());
  EXPECT_EQ(1000.0, binary_cross_entropy(Value(-1000.0), 1).data());
}

}  // namespace
}  // namespace levelgrad
