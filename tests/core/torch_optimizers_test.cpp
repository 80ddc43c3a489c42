// SPDX-License-Identifier: MIT
//
// Optimizers and clipping beside PyTorch's figures, which tests/data/torch_optimizers.py printed;
// and their own bits, so that none changes unseen.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "fnv.h"
#include "levelgrad/parameter_state.h"
#include "support/golden.h"
#include "support/program_builder.h"
#include "support/torch_figures.h"

namespace levelgrad::testing {
namespace {

/// The grad of parameter i in step t, from 0: as in the script.
double grad_of(std::size_t i, int t) {
  const auto k = static_cast<double>(t);
  const double grads[] = {0.5 - 0.375 * k, std::ldexp(1.0, -t), k * k - 3,
                          t % 2 == 0 ? 0.25 : -0.25, 16 - k};
  return grads[i];
}

Program five_parameters() {
  ProgramBuilder made;
  ProgramBuilder::Id sum = made.parameter(0.75);
  for (const double initial : {-1.5, 3.0, 0.015625, -40.0}) {
    sum = made.operation(Op::Add, sum, made.parameter(initial));
  }
  made.output(made.operation(Op::Mean, made.operation(Op::Mul, sum, made.input())));
  return made.build();
}

/// The parameters behind each of ten steps, and at the end the optimizer's state.
template <class T>
std::vector<std::vector<T>> train(const std::function<BasicUpdate<T>(int)>& update) {
  ParameterState<T> state(five_parameters());
  std::vector<std::vector<T>> rows;
  for (int t = 0; t < 10; ++t) {
    std::vector<T> grads;
    for (std::size_t i = 0; i < 5; ++i) grads.push_back(static_cast<T>(grad_of(i, t)));
    state.set_grads(grads);
    EXPECT_TRUE(state.update(update(t + 1)));
    rows.emplace_back(state.numbers().begin(), state.numbers().end());
  }
  rows.push_back(state.optimizer_state().numbers);
  return rows;
}

template <class T>
std::string hash_of(const std::vector<std::vector<T>>& rows) {
  std::string bytes;
  for (const std::vector<T>& row : rows) {
    bytes.append(reinterpret_cast<const char*>(row.data()), row.size() * sizeof(T));
  }
  return detail::hexadecimal(detail::fnv1a_128(bytes));
}

struct Case {
  std::string name;  // of the figures
  std::function<Update(int)> wide;
  std::function<UpdateF32(int)> narrow;
};

template <class Optimizer>
Case case_of(std::string name, const typename Optimizer::Settings& settings,
             double max_norm = std::numeric_limits<double>::infinity()) {
  return {std::move(name),
          [=](int t) -> Update {
            return {Optimizer::template scalars<double>(settings, t), max_norm};
          },
          [=](int t) -> UpdateF32 {
            return {Optimizer::template scalars<float>(settings, t), static_cast<float>(max_norm)};
          }};
}

std::vector<Case> cases() {
  using namespace optimizer;
  return {
      case_of<Sgd>("Sgd", {.lr = 0.1}),
      case_of<SgdMomentum>("SgdMomentum", {.lr = 0.1, .momentum = 0.9}),
      case_of<SgdMomentum>("SgdMomentum dampened",
                           {.lr = 0.1, .momentum = 0.8, .dampening = 0.3, .weight_decay = 0.02}),
      case_of<SgdMomentum>("SgdMomentum nesterov",
                           {.lr = 0.05, .momentum = 0.9, .weight_decay = 0.1, .nesterov = true}),
      case_of<SgdMomentum>("SgdMomentum without",
                           {.lr = 0.05, .dampening = 0.5, .weight_decay = 0.1}),
      case_of<Adam>("Adam", {}),
      case_of<Adam>("Adam decayed",
                    {.lr = 0.1, .beta1 = 0.8, .beta2 = 0.95, .eps = 1e-3, .weight_decay = 0.25}),
      case_of<AdamW>("AdamW", {}),
      case_of<AdamW>("AdamW decayed",
                     {.lr = 0.1, .beta1 = 0.9, .beta2 = 0.95, .eps = 1e-8, .weight_decay = 0.25}),
      case_of<RMSProp>("RMSProp", {}),
      case_of<RMSProp>(
          "RMSProp momentum",
          {.lr = 0.02, .alpha = 0.9, .eps = 1e-3, .weight_decay = 0.1, .momentum = 0.9}),
      case_of<RMSProp>("RMSProp centered",
                       {.lr = 0.02, .alpha = 0.9, .eps = 0.25, .centered = true}),
      case_of<RMSProp>("RMSProp all", {.lr = 0.02,
                                       .alpha = 0.8,
                                       .eps = 0.25,
                                       .weight_decay = 0.1,
                                       .momentum = 0.5,
                                       .centered = true}),
      case_of<Adagrad>("Adagrad", {}),
      case_of<Adagrad>("Adagrad decayed",
                       {.lr = 0.5, .lr_decay = 0.1, .weight_decay = 0.1, .eps = 1e-3}),
      case_of<Adam>("Adam clipped", {.lr = 0.1}, 20),
      case_of<Sgd>("Sgd clipped", {.lr = 0.1}, 20),
  };
}

template <class T>
void expect_near(const std::vector<std::vector<double>>& wanted,
                 const std::vector<std::vector<T>>& found, double tolerance) {
  ASSERT_EQ(10U, wanted.size());
  for (std::size_t t = 0; t < 10; ++t) {
    for (std::size_t i = 0; i < 5; ++i) {
      EXPECT_NEAR(wanted[t][i], static_cast<double>(found[t][i]),
                  tolerance * std::abs(wanted[t][i]))
          << "step " << t << ", parameter " << i << ", " << 8 * sizeof(T) << " bits";
    }
  }
}

TEST(TorchOptimizers, EqualPyTorchs) {
  for (const Case& each : cases()) {
    SCOPED_TRACE(each.name);
    const auto wanted = torch_figures("case " + each.name);
    expect_near(wanted, train<double>(each.wide), 1e-12);
    expect_near(wanted, train<float>(each.narrow), 1e-4);
  }
}

TEST(TorchOptimizers, HaveTheirBits) {
  std::string text;
  for (const Case& each : cases()) {
    text += hash_of(train<double>(each.wide)) + " " + hash_of(train<float>(each.narrow)) + " " +
            each.name + "\n";
  }
  expect_golden("tests/golden/optimizers.txt", text);
}

}  // namespace
}  // namespace levelgrad::testing
