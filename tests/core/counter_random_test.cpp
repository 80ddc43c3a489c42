// SPDX-License-Identifier: MIT
#include "levelgrad/counter_random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "levelgrad/error.h"

namespace levelgrad {
namespace {

using Order = std::vector<std::uint32_t>;

std::array<std::uint32_t, 4> block(PhiloxWords counter, PhiloxKey key) {
  const PhiloxWords x = philox(counter, key);
  return {x.a, x.b, x.c, x.d};
}

// The known answers that Random123 publishes (kat_vectors, philox4x32 with 10 rounds).
TEST(PhiloxBlock, GivesThePublishedAnswers) {
  const std::array<std::uint32_t, 4> zeros = {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8};
  EXPECT_EQ(zeros, block({0, 0, 0, 0}, {0, 0}));
  const std::array<std::uint32_t, 4> ones = {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd};
  EXPECT_EQ(ones, block({~0U, ~0U, ~0U, ~0U}, {~0U, ~0U}));
  const std::array<std::uint32_t, 4> pi = {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1};
  EXPECT_EQ(pi, block({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}));
}

// The numbers that follow are by a Python program after the same definitions.

TEST(Philox, TakesAllBitsOfSeedAndStream) {
  Philox random((std::uint64_t{5} << 32) + 7, (std::uint64_t{3} << 32) + 9);
  for (const std::uint32_t word : {0xe6462f26U, 0x54d3fb9fU, 0xfe8f1f35U, 0xe5eef92bU, 0x4e71caa6U,
                                   0x11b59404U, 0x98f5551dU, 0xc8c8c758U, 0xadb3fac4U}) {
    EXPECT_EQ(word, random.next());
  }
}

TEST(Philox, ItsNumbersHave53Bits) {
  Philox random(1337);
  EXPECT_EQ(0.8542748685005623, random.uniform());
  EXPECT_EQ(0.8563490276007059, random.uniform());
  EXPECT_EQ(0.8200935792323353, random.uniform());
}

TEST(Philox, NormalNumbersAreBoxAndMullers) {
  Philox random(1337);
  EXPECT_NEAR(1.216034748663015, random.normal(), 1e-15);
  EXPECT_NEAR(-0.1758418719872493, random.normal(), 1e-15);
  EXPECT_NEAR(-0.5851422383949275, random.normal(), 1e-15);

  double sum = 0, squares = 0;
  for (int i = 0; i < 20000; ++i) {
    const double number = random.normal();
    sum += number;
    squares += number * number;
  }
  EXPECT_NEAR(0.0, sum / 20000, 0.03);
  EXPECT_NEAR(1.0, squares / 20000, 0.05);
}

TEST(Philox, DrawsAgainWhatWouldFavourSomeNumbers) {
  Philox random(1);
  for (const std::uint32_t number :
       {1911817016U, 1921320798U, 1257836896U, 1877141087U, 1021328675U, 1531434311U}) {
    EXPECT_EQ(number, random.below((1U << 31) + 1));  // every second word is one too many
  }
  EXPECT_EQ(0U, random.below(1));
  EXPECT_THROW((void)random.below(0), ArgumentError);
}

TEST(Permutation, IsTheSameEverywhere) {
  EXPECT_EQ((Order{6, 9, 0, 2, 1, 8, 4, 5, 7, 3}), permutation(10, 0, 0));
  EXPECT_EQ((Order{3, 1, 0, 2, 5, 4, 7, 6, 9, 8}), permutation(10, 1337, 0));
  EXPECT_EQ((Order{5, 4, 2, 0, 3, 7, 1, 9, 8, 6}), permutation(10, 1337, 1));
  const std::uint64_t seed = (std::uint64_t{1} << 40) + 5, stream = (std::uint64_t{1} << 33) + 2;
  EXPECT_EQ((Order{5, 6, 2, 4, 3, 1, 0}), permutation(7, seed, stream));
  EXPECT_EQ(Order{}, permutation(0, 1, 1));
  EXPECT_EQ(Order{0}, permutation(1, 1, 1));
}

TEST(Permutation, TakesAllOrdersEvenly) {
  std::vector<int> seen(24);
  for (std::uint64_t stream = 0; stream < 24000; ++stream) {
    Order order = permutation(4, 7, stream), sorted = order;
    std::ranges::sort(sorted);
    ASSERT_EQ((Order{0, 1, 2, 3}), sorted);
    const auto before = [&](std::size_t i) {  // the rank of place i among those behind it
      return static_cast<std::size_t>(
          std::count_if(order.begin() + static_cast<std::ptrdiff_t>(i), order.end(),
                        [&](std::uint32_t other) { return other < order[i]; }));
    };
    ++seen[before(0) * 6 + before(1) * 2 + before(2)];
  }
  double chi_squared = 0;
  for (const int count : seen) chi_squared += (count - 1000.0) * (count - 1000.0) / 1000.0;
  EXPECT_LT(chi_squared, 60);  // 23 degrees of freedom: once in 30,000
}

}  // namespace
}  // namespace levelgrad
