// SPDX-License-Identifier: MIT
#include "levelgrad/learning_rate.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "support/torch_figures.h"

namespace levelgrad::testing {
namespace {

using Kind = RateSchedule::Kind;

// The demos' formula, bit for bit.
TEST(RateSchedule, FallsToATenth) {
  const auto rate = [](double lr, int step, int steps) {
    return RateSchedule{.kind = Kind::Linear, .lr = lr, .steps = steps}.rate(step);
  };
  EXPECT_EQ(1.0, rate(1.0, 0, 100));
  EXPECT_EQ(1.0 - 0.9 * 37 / 100, rate(1.0, 37, 100));
  EXPECT_EQ(0.05 - 0.9 * 0.05 * 3 / 7, rate(0.05, 3, 7));
  for (int k = 0; k < 1000; ++k) {
    EXPECT_EQ(0.3 - 0.9 * 0.3 * k / 1000, rate(0.3, k, 1000)) << k;
  }
}

TEST(RateSchedule, EqualsPyTorch) {
  const struct {
    const char* name;
    Kind kind;
  } kinds[] = {{"Constant", Kind::Constant},
               {"Linear", Kind::Linear},
               {"Cosine", Kind::Cosine},
               {"Step", Kind::Step}};
  for (const auto& [name, kind] : kinds) {
    for (const int warmup : {0, 4}) {
      const std::string title = std::string("rates ") + name + " " + std::to_string(warmup);
      SCOPED_TRACE(title);
      const auto rows = torch_figures(title);
      ASSERT_EQ(1U, rows.size());
      ASSERT_EQ(20U, rows[0].size());
      const RateSchedule schedule = {.kind = kind,
                                     .lr = 0.3,
                                     .steps = 20,
                                     .warmup = warmup,
                                     .end_factor = 0.25,
                                     .step_size = 3,
                                     .gamma = 0.5};
      for (int step = 0; step < 20; ++step) {
        const double wanted = rows[0][static_cast<std::size_t>(step)];
        EXPECT_NEAR(wanted, schedule.rate(step), 1e-12 * wanted) << step;
      }
    }
  }
}

// Warm-up ends where the schedule begins, and may be longer than the training.
TEST(RateSchedule, WarmsUpInEqualSteps) {
  const RateSchedule schedule = {.kind = Kind::Cosine, .lr = 0.5, .steps = 10, .warmup = 4};
  for (int step = 0; step <= 4; ++step) {
    EXPECT_EQ(0.5 * (step + 1) / 5, schedule.rate(step)) << step;
  }
  const RateSchedule longer = {.lr = 0.5, .steps = 2, .warmup = 4};
  EXPECT_EQ(0.5 * 2 / 5, longer.rate(1));
}

}  // namespace
}  // namespace levelgrad::testing
