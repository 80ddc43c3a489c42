// SPDX-License-Identifier: MIT
#include "levelgrad/optimizers.h"

#include <gtest/gtest.h>

#include <cmath>

namespace levelgrad::optimizer {
namespace {

constexpr AdamW::Settings settings = {
    .lr = 0.1, .beta1 = 0.9, .beta2 = 0.95, .eps = 1e-8, .weight_decay = 0.25};

/// The grads of step t, which every dtype holds exactly.
template <class T>
T grad_of(int parameter, int t) {
  const T at_step = static_cast<T>(t);
  if (parameter == 0) return T(0.5) - T(0.375) * at_step;
  if (parameter == 1) return std::ldexp(T(1), -t);
  return at_step * at_step - T(3);
}

/// Five steps from 0.75, -1.5 and 3, each parameter compared with PyTorch's after every step.
template <class T>
void expect_run(const T (&expected)[5][3], T tolerance) {
  T p[3] = {T(0.75), T(-1.5), T(3)};
  AdamW::State<T> states[3];
  for (int t = 0; t < 5; ++t) {
    const auto scalars = AdamW::scalars<T>(settings, t + 1);
    for (int i = 0; i < 3; ++i) {
      p[i] = AdamW::updated(p[i], grad_of<T>(i, t), states[i], scalars);
      EXPECT_NEAR(expected[t][i], p[i], tolerance * std::abs(expected[t][i])) << t << ", " << i;
    }
  }
}

// By PyTorch 2.15.0 on an x86-64 CPU: torch.optim.AdamW([p], lr=0.1, betas=(0.9, 0.95), eps=1e-8,
// weight_decay=0.25, foreach=False, fused=False), p and its grads set to the numbers above. Its
// build fuses some a * b + c, so the last bits differ.

TEST(AdamW, EqualsPyTorchInDouble) {
  expect_run<double>({{0x1.43333344613f1p-1, -0x1.8ffffffbb47d0p+0, 0x1.833333327bf2bp+1},
                      {0x1.101d0f30fef53p-1, -0x1.9e0bc03ba3416p+0, 0x1.86004211b10e1p+1},
                      {0x1.f39b49df566f3p-2, -0x1.a9aa050a5dd3ep+0, 0x1.836b31fabf1e8p+1},
                      {0x1.00ef88d895321p-1, -0x1.b2cb97c1d5d26p+0, 0x1.768abcf0df1c9p+1},
                      {0x1.166c011fb7577p-1, -0x1.b99e5fb8e09d1p+0, 0x1.6604f5f60ae6fp+1}},
                     1e-15);
}

TEST(AdamW, EqualsPyTorchInFloat) {
  expect_run<float>({{0x1.433334p-1F, -0x1.900002p+0F, 0x1.833334p+1F},
                     {0x1.101d10p-1F, -0x1.9e0bc2p+0F, 0x1.860044p+1F},
                     {0x1.f39b4cp-2F, -0x1.a9aa08p+0F, 0x1.836b34p+1F},
                     {0x1.00ef8ap-1F, -0x1.b2cb9cp+0F, 0x1.768ac0p+1F},
                     {0x1.166c02p-1F, -0x1.b99e64p+0F, 0x1.6604f8p+1F}},
                    3e-7F);
}

TEST(AdamW, RoundsEachOperationOnceInThisOrder) {
  const auto s = AdamW::scalars<double>(settings, 3);
  for (int k = 1; k <= 200; ++k) {
    const double p = 0.37 * k, grad = 1.0 / k;
    AdamW::State<double> state = {.m = 0.11 * k, .v = 0.07 * k};
    const double m = 0.11 * k + (grad - 0.11 * k) * (1 - 0.9);
    const double v = 0.07 * k * 0.95 + (1 - 0.95) * grad * grad;
    const double denominator = std::sqrt(v) / s.root + 1e-8;
    EXPECT_EQ(p * (1 - 0.1 * 0.25) - s.rate * m / denominator, AdamW::updated(p, grad, state, s));
    EXPECT_EQ(m, state.m);
    EXPECT_EQ(v, state.v);
  }
}

TEST(AdamW, ScalarsAreRoundedOnceToTheDtype) {
  const auto wide = AdamW::scalars<double>(settings, 7);
  const auto narrow = AdamW::scalars<float>(settings, 7);
  EXPECT_EQ(1 - 0.1 * 0.25, wide.decay);
  EXPECT_DOUBLE_EQ(0.1 / (1 - std::pow(0.9, 7)), wide.rate);
  EXPECT_DOUBLE_EQ(std::sqrt(1 - std::pow(0.95, 7)), wide.root);
  EXPECT_EQ(static_cast<float>(wide.decay), narrow.decay);
  EXPECT_EQ(static_cast<float>(1 - 0.9), narrow.grad_share);  // not 1 - 0.9F, which is another
  EXPECT_EQ(static_cast<float>(1 - 0.95), narrow.square_share);
  EXPECT_EQ(static_cast<float>(wide.root), narrow.root);
  EXPECT_EQ(static_cast<float>(wide.rate), narrow.rate);
}

}  // namespace
}  // namespace levelgrad::optimizer
