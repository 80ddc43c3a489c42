// SPDX-License-Identifier: MIT
#include "levelgrad/optimizer_state.h"

#include <gtest/gtest.h>

#include "levelgrad/error.h"

namespace levelgrad::testing {
namespace {

using Names = std::vector<std::string>;

TEST(OptimizerState, NamesItsNumbers) {
  EXPECT_EQ(Names(), state_names<optimizer::Sgd>());
  EXPECT_EQ(Names({"buffer"}), state_names<optimizer::SgdMomentum>());
  EXPECT_EQ(Names({"m", "v"}), state_names<optimizer::Adam>());
  EXPECT_EQ(Names({"m", "v"}), state_names<optimizer::AdamW>());
  EXPECT_EQ(Names({"square", "mean", "buffer"}), state_names<optimizer::RMSProp>());
  EXPECT_EQ(Names({"sum"}), state_names<optimizer::Adagrad>());
}

TEST(OptimizerState, IsOneNumberAfterTheOther) {
  const std::vector<optimizer::AdamW::State<double>> states = {{1, 2}, {3, 4}, {5, 6}};
  const OptimizerState numbers = state_of<double>(states);
  EXPECT_EQ("AdamW", numbers.optimizer);
  EXPECT_EQ((std::vector<double>{1, 2, 3, 4, 5, 6}), numbers.numbers);
  const auto back = states_of<optimizer::AdamW>(numbers, 3);
  ASSERT_EQ(3U, back.size());
  EXPECT_EQ(3, back[1].m);
  EXPECT_EQ(4, back[1].v);
  EXPECT_THROW((void)states_of<optimizer::AdamW>(numbers, 2), ShapeError);
}

TEST(OptimizerState, FindsAnOptimizerByItsName) {
  std::size_t width = 0;
  with_optimizer("RMSProp", [&]<class Optimizer>() { width = state_names<Optimizer>().size(); });
  EXPECT_EQ(3U, width);
  try {
    with_optimizer("Adamax", []<class Optimizer>() {});
    ADD_FAILURE() << "found";
  } catch (const ArgumentError& error) {
    EXPECT_EQ("no optimizer is named 'Adamax'", error.message());
    EXPECT_EQ("there are Sgd SgdMomentum Adam AdamW RMSProp Adagrad", error.hint());
  }
}

}  // namespace
}  // namespace levelgrad::testing
