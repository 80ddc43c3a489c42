// SPDX-License-Identifier: MIT
//
// The tree over chunks against its definition, and against any way of sharing out the work.
#include "levelgrad/batch_order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

#include "support/bits.h"

namespace levelgrad {
namespace {

using testing::same_bits;

/// Folds of chunks: numbers of very different sizes, so that every order has its own roundings.
std::vector<double> random_folds(std::size_t count, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> mantissa(-1, 1);
  std::uniform_int_distribution<int> exponent(-30, 30);
  std::vector<double> folds;
  for (std::size_t i = 0; i < count; ++i) {
    folds.push_back(std::ldexp(mantissa(random), exponent(random)));
  }
  return folds;
}

/// The definition, row by row: 2k with 2k + 1, an odd one out moves up unchanged.
double by_definition(std::vector<double> row) {
  if (row.empty()) return 0;
  while (row.size() > 1) {
    std::vector<double> above;
    for (std::size_t k = 0; k + 1 < row.size(); k += 2) above.push_back(row[k] + row[k + 1]);
    if (row.size() % 2 == 1) above.push_back(row.back());
    row = above;
  }
  return row.front();
}

double streamed(std::span<const double> folds) {
  ChunkTree<double> tree(1);
  for (const double& fold : folds) tree.push(std::span(&fold, 1));
  double total = -1;
  tree.finish(std::span(&total, 1));
  return total;
}

TEST(ChunkTree, IsTheDefinitionForEveryCount) {
  bool differs_from_left_fold = false;
  for (std::size_t count = 0; count <= 300; ++count) {
    const std::vector<double> folds = random_folds(count, count);
    ASSERT_TRUE(same_bits(by_definition(folds), streamed(folds))) << count;
    double left = 0;
    for (const double fold : folds) left += fold;
    differs_from_left_fold = differs_from_left_fold || !same_bits(left, streamed(folds));
  }
  EXPECT_TRUE(differs_from_left_fold);  // or the numbers could not tell one order from another
  for (const std::size_t count : {1023U, 1024U, 1025U, 65537U, 99999U}) {
    const std::vector<double> folds = random_folds(count, count);
    ASSERT_TRUE(same_bits(by_definition(folds), streamed(folds))) << count;
  }
}

TEST(ChunkTree, FoldsNumbersSideBySide) {
  const std::vector<double> a = random_folds(77, 1), b = random_folds(77, 2);
  ChunkTree<double> tree(2);
  for (std::size_t i = 0; i < 77; ++i) tree.push(std::vector<double>{a[i], b[i]});
  EXPECT_EQ(2U, tree.width());
  std::vector<double> total(2);
  tree.finish(total);
  EXPECT_TRUE(same_bits(by_definition(a), total[0]));
  EXPECT_TRUE(same_bits(by_definition(b), total[1]));
}

TEST(ChunkTree, FinishLeavesItAsItWas) {
  const std::vector<double> folds = random_folds(9, 3);
  ChunkTree<double> tree(1);
  double total = 0;
  for (std::size_t i = 0; i < folds.size(); ++i) {
    tree.push(std::span(&folds[i], 1));
    tree.finish(std::span(&total, 1));
    ASSERT_TRUE(same_bits(by_definition({folds.begin(), folds.begin() + i + 1}), total)) << i;
  }
}

TEST(ChunkTree, AMinusZeroAloneStays) {
  const double minus_zero = -0.0;
  EXPECT_TRUE(same_bits(-0.0, streamed(std::span(&minus_zero, 1))));
  EXPECT_TRUE(same_bits(0.0, streamed({})));
}

/// An aligned subtree: 2^level chunks from begin on, fewer at the end of the batch.
struct Piece {
  std::size_t begin;
  unsigned level;
};

/// Cuts the chunks into aligned subtrees at random.
std::vector<Piece> random_cut(std::size_t count, std::mt19937_64& random) {
  std::vector<Piece> pieces;
  for (std::size_t begin = 0; begin < count;) {
    unsigned level = 0;
    const auto fits = [&](unsigned l) { return begin % (std::size_t{1} << l) == 0; };
    while (level < 10 && fits(level + 1) && random() % 3 != 0) ++level;
    pieces.push_back({begin, level});
    begin += std::size_t{1} << level;
  }
  return pieces;
}

TEST(ChunkTree, AnyCutByAnyNumberOfWorkersGivesTheSameBits) {
  std::mt19937_64 random(4);
  for (int round = 0; round < 2000; ++round) {
    const std::size_t count = 1 + random() % 200;
    const std::vector<double> folds = random_folds(count, random());
    std::vector<Piece> pieces = random_cut(count, random);
    // Workers take the pieces in any order; each has a tree of its own for a piece.
    const std::size_t worker_count = 1 + random() % 16;
    std::vector<std::vector<Piece>> work(worker_count);
    for (const Piece& piece : pieces) work[random() % worker_count].push_back(piece);
    std::map<std::size_t, double> results;
    for (std::vector<Piece>& own : work) {
      std::ranges::shuffle(own, random);
      for (const Piece& piece : own) {
        const std::size_t size = std::min(std::size_t{1} << piece.level, count - piece.begin);
        results[piece.begin] = streamed(std::span(folds).subspan(piece.begin, size));
      }
    }
    ChunkTree<double> tree(1);
    for (const Piece& piece : pieces) tree.push(std::span(&results[piece.begin], 1), piece.level);
    double total = 0;
    tree.finish(std::span(&total, 1));
    ASSERT_TRUE(same_bits(by_definition(folds), total)) << round << ", " << count << " chunks";
  }
}

TEST(ChunkTree, RefusesASubtreeAtAWrongPlace) {
  const double one = 1;
  const std::vector<double> two = {1, 2};
  for (unsigned level = 1; level < 5; ++level) {
    ChunkTree<double> tree(1);
    tree.push(std::span(&one, 1));
    EXPECT_THROW(tree.push(std::span(&one, 1), level), InternalError) << level;
    tree.push(std::span(&one, 1));  // still usable
    tree.push(std::span(&one, 1), 1);
    double total = 0;
    tree.finish(std::span(&total, 1));
    EXPECT_EQ(3.0, total);
  }
  ChunkTree<double> tree(1);
  EXPECT_THROW(tree.push(two), InternalError);
  EXPECT_THROW(tree.push({}), InternalError);
  std::vector<double> total(2);
  EXPECT_THROW(tree.finish(total), InternalError);
}

/// A number that counts how many of its kind there are.
struct Counted {
  static inline long alive = 0, most = 0;
  double number;
  Counted(double n = 0) : number(n) { count(); }
  Counted(const Counted& other) : number(other.number) { count(); }
  Counted& operator=(const Counted&) = default;
  ~Counted() { --alive; }
  static void count() { most = std::max(most, ++alive); }
  friend Counted operator+(const Counted& a, const Counted& b) { return a.number + b.number; }
};

TEST(ChunkTree, KeepsAFoldForEachLevelOnly) {
  {
    ChunkTree<Counted> tree(1);
    const Counted one(1);
    Counted::most = 0;
    for (int i = 0; i < 100000; ++i) tree.push(std::span(&one, 1));
    EXPECT_LE(Counted::most, 24);  // 17 levels, and what one push holds
    Counted total;
    tree.finish(std::span(&total, 1));
    EXPECT_EQ(100000.0, total.number);
  }
  EXPECT_EQ(0, Counted::alive);
}

TEST(Chunks, CoverTheBatch) {
  EXPECT_EQ(0U, chunk_count(0));
  for (const std::size_t n : {1U, 127U, 128U, 129U, 256U, 1000U}) {
    std::size_t next = 0;
    for (std::size_t chunk = 0; chunk < chunk_count(n); ++chunk) {
      const ChunkRange range = chunk_range(chunk, n);
      EXPECT_EQ(next, range.begin);
      EXPECT_LT(range.begin, range.end);
      EXPECT_TRUE(range.end == n || range.end == range.begin + 128) << n;
      next = range.end;
    }
    EXPECT_EQ(n, next);
  }
}

TEST(Chunks, TheWeightOfAMeanIsRoundedOnce) {
  EXPECT_EQ(1.0 / 3.0, mean_weight<double>(3));
  EXPECT_EQ(1.0F / 3.0F, mean_weight<float>(3));
  EXPECT_EQ(0.01, mean_weight<double>(100));
}

}  // namespace
}  // namespace levelgrad
