// SPDX-License-Identifier: MIT
//
// How numbers of many examples become one: the rule of the batch order, once for all executors.
//
// A batch is cut into chunks of 128 consecutive examples. A chunk is a plain left fold: ascending
// for the value of a join, descending for a grad. Chunks are put together by the balanced binary
// tree over their index: 2k with 2k + 1, left operand first; an odd one out moves up unchanged. The
// result depends on the examples alone, not on who folded which chunk when.
//
// source   Higham, "The accuracy of floating point summation", SIAM J. Sci. Comput. 14 (1993).
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "levelgrad/error.h"

namespace levelgrad {

/// Examples of a chunk; the last chunk of a batch may have fewer.
inline constexpr std::size_t chunk_size = 128;

[[nodiscard]] constexpr std::size_t chunk_count(std::size_t example_count) {
  return (example_count + chunk_size - 1) / chunk_size;
}

/// The examples of a chunk: [begin, end).
struct ChunkRange {
  std::size_t begin, end;
};
[[nodiscard]] constexpr ChunkRange chunk_range(std::size_t chunk, std::size_t example_count) {
  const std::size_t begin = chunk * chunk_size;
  const std::size_t rest = example_count - begin;
  return {begin, begin + (rest < chunk_size ? rest : chunk_size)};
}

/// w of mean = sum * w.
template <class T>
[[nodiscard]] constexpr T mean_weight(std::size_t example_count) {
  return T(1) / static_cast<T>(example_count);
}

/// The tree over chunks, in streaming form: takes the folds of whole subtrees from left to right
/// and keeps O(log(chunks)) of them.
///
/// A worker that has folded 2^l neighbouring chunks, the first of them a multiple of 2^l, hands in
/// one subtree of level l. Only the batch's last subtree may hold fewer chunks.
template <class T>
class ChunkTree {
public:
  /// width   numbers that are folded side by side.
  explicit ChunkTree(std::size_t width) : width_(width) {}

  /// Takes the next subtree. fold [width]. Errors: InternalError where it does not stand at a
  /// multiple of its size, or its length is not the width.
  void push(std::span<const T> fold, unsigned level = 0) {
    const std::size_t size = std::size_t{1} << level;
    if (fold.size() != width_ || next_chunk_ % size != 0) {
      throw InternalError("a subtree of chunks that does not fit");
    }
    std::vector<T> sum;
    if (!spare_.empty()) {
      sum = std::move(spare_.back());
      spare_.pop_back();
    }
    sum.assign(fold.begin(), fold.end());
    while (!waiting_.empty() && waiting_.back().level == level) {
      add_left(waiting_.back().fold, sum);
      spare_.push_back(std::move(waiting_.back().fold));
      waiting_.pop_back();
      ++level;
    }
    waiting_.push_back({level, std::move(sum)});
    next_chunk_ += size;
  }

  /// The fold of all that was pushed, +0 where nothing was. total [width]. Errors: InternalError
  /// where its length is not the width.
  void finish(std::span<T> total) const {
    if (total.size() != width_) throw InternalError("a total of another width than the folds");
    if (waiting_.empty()) {
      for (T& number : total) number = T(0);
      return;
    }
    for (std::size_t k = 0; k < width_; ++k) total[k] = waiting_.back().fold[k];
    for (std::size_t i = waiting_.size() - 1; i-- > 0;) add_left(waiting_[i].fold, total);
  }

  [[nodiscard]] std::size_t width() const { return width_; }

private:
  /// A finished subtree whose right neighbour is not there yet.
  struct Subtree {
    unsigned level;
    std::vector<T> fold;
  };

  static void add_left(const std::vector<T>& left, std::span<T> sum) {
    for (std::size_t k = 0; k < sum.size(); ++k) sum[k] = left[k] + sum[k];
  }

  std::size_t width_;
  std::size_t next_chunk_ = 0;
  std::vector<Subtree> waiting_;       // falling levels
  std::vector<std::vector<T>> spare_;  // memory of folds that became parts of others
};

}  // namespace levelgrad
