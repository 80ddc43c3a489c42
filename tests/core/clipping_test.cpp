// SPDX-License-Identifier: MIT
#include "levelgrad/clipping.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "levelgrad/error.h"
#include "levelgrad/parameter_state.h"
#include "support/program_builder.h"
#include "support/same_numbers.h"

namespace levelgrad::testing {
namespace {

/// The rule, in so many words: chunks of 128 ascending from 0; 2k with 2k + 1 until one is left.
template <class T>
T squares_by_the_rule(const std::vector<T>& numbers) {
  std::vector<T> folds;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (i % 128 == 0) folds.push_back(T(0));
    folds.back() = folds.back() + numbers[i] * numbers[i];
  }
  while (folds.size() > 1) {
    std::vector<T> pairs;
    for (std::size_t k = 0; k < folds.size(); k += 2) {
      pairs.push_back(k + 1 < folds.size() ? folds[k] + folds[k + 1] : folds[k]);
    }
    folds = pairs;
  }
  return folds.empty() ? T(0) : folds[0];
}

template <class T>
std::vector<T> some_numbers(std::size_t count) {
  std::mt19937_64 random(count);
  std::vector<T> numbers(count);
  for (T& number : numbers) number = static_cast<T>(static_cast<double>(random()) * 0x1p-64 - 0.3);
  return numbers;
}

template <class T>
T squares(const std::vector<T>& numbers) {
  std::vector<T> folds((numbers.size() + 127) / 128);
  return sum_of_squares(numbers.data(), static_cast<unsigned>(numbers.size()), folds.data(),
                        LoneThread{});
}

TEST(Clipping, SquaresAreFoldedInChunksAndATree) {
  for (const std::size_t count : {0, 1, 2, 127, 128, 129, 256, 300, 513, 700, 1000, 5000}) {
    const auto wide = some_numbers<double>(count);
    const auto narrow = some_numbers<float>(count);
    EXPECT_EQ(squares_by_the_rule(wide), squares(wide)) << count;
    EXPECT_EQ(squares_by_the_rule(narrow), squares(narrow)) << count;
  }
}

TEST(Clipping, FactorIsPyTorchs) {
  EXPECT_EQ(2.0 / (5.0 + 1e-6), clip_factor(25.0, 2.0));
  EXPECT_EQ(2.0F / (5.0F + 1e-6F), clip_factor(25.0F, 2.0F));
  EXPECT_EQ(1.0, clip_factor(25.0, 5.1));
  EXPECT_EQ(5.0 / (5.0 + 1e-6), clip_factor(25.0, 5.0));
  EXPECT_EQ(1.0, clip_factor(0.0, 0.5));
  EXPECT_EQ(0.0, clip_factor(25.0, 0.0));
  EXPECT_EQ(1.0, clip_factor(1e300, std::numeric_limits<double>::infinity()));
}

/// mean(x * (p0 + p1))
ParameterState<double> two_parameters() {
  ProgramBuilder made;
  const auto first = made.parameter(1), second = made.parameter(2);
  const auto sum = made.operation(Op::Add, first, second);
  made.output(made.operation(Op::Mean, made.operation(Op::Mul, sum, made.input())));
  return ParameterState<double>(made.build());
}

TEST(Clipping, ScalesTheGradsOfTheUpdateAlone) {
  ParameterState<double> state = two_parameters();
  const std::vector<double> grads = {3, -4};
  state.set_grads(grads);
  const Update update = {optimizer::Sgd::Scalars<double>{0.5}, 2.0};
  EXPECT_TRUE(update.clips());
  for (int twice = 0; twice < 2; ++twice) EXPECT_TRUE(state.update(update));
  const double factor = 2.0 / (5.0 + 1e-6);
  EXPECT_EQ((1 - 0.5 * (3 * factor)) - 0.5 * (3 * factor), state.numbers()[0]);
  EXPECT_EQ((2 - 0.5 * (-4 * factor)) - 0.5 * (-4 * factor), state.numbers()[1]);
  EXPECT_TRUE(std::ranges::equal(state.grads(), grads));
}

// Each square is a number, their sum is not; without clipping nobody asks for it.
TEST(Clipping, ANormThatIsNotFiniteIsRefused) {
  ParameterState<double> state = two_parameters();
  state.set_grads(std::vector<double>{1.3e154, 1.3e154});
  const optimizer::Sgd::Scalars<double> scalars = {1e-154};
  EXPECT_FALSE(state.update({scalars, 1.0}));
  EXPECT_EQ(1.0, state.numbers()[0]);
  EXPECT_TRUE(state.update(scalars));
}

TEST(Clipping, ALimitIsNotNegative) {
  const optimizer::Sgd::Scalars<double> scalars = {0.1};
  EXPECT_THROW((void)Update(scalars, -1.0), ArgumentError);
  EXPECT_THROW((void)Update(scalars, std::nan("")), ArgumentError);
  EXPECT_FALSE(Update(scalars).clips());
}

}  // namespace
}  // namespace levelgrad::testing
