// SPDX-License-Identifier: MIT
//
// Where the uniform numbers of a batch stand in the one array that holds them all.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "levelgrad/schedule.h"
#include "table.h"

namespace levelgrad::cuda {

/// The parameters come first, so they can be copied in and out as they are; then all else that
/// bodies read. The joins' sums and the folded grads are neighbours: one tree over the chunks makes
/// both.
class UniformLayout {
public:
  explicit UniformLayout(std::span<const Schedule> schedules);

  [[nodiscard]] Ref value(std::size_t program, NodeIndex node) const;
  /// What the epilogue leaves at a shared node, or the grad of an epilogue's node.
  [[nodiscard]] Ref left(NodeIndex node) const { return left_ + number(node); }
  /// The grad of a shared node when all is done.
  [[nodiscard]] Ref final_grad(NodeIndex node) const { return final_ + number(node); }
  /// Where the epilogue's values begin, and what stands by shared node.
  [[nodiscard]] Ref epilogue_begin() const { return epilogue_; }
  [[nodiscard]] Ref left_begin() const { return left_; }
  [[nodiscard]] Ref final_begin() const { return final_; }
  /// The grad of a join's sum.
  [[nodiscard]] Ref seed(std::size_t join) const { return seeds_ + static_cast<Ref>(join); }
  /// The joins' sums; the folds follow.
  [[nodiscard]] Ref sum(std::size_t join) const { return sums_ + static_cast<Ref>(join); }
  [[nodiscard]] Ref folded_grad(std::size_t fold) const { return folds_ + static_cast<Ref>(fold); }
  [[nodiscard]] Ref weight() const { return weight_; }  ///< w of mean
  [[nodiscard]] Ref one() const { return weight_ + 1; }
  [[nodiscard]] std::size_t size() const { return size_; }
  /// How many of the first numbers bodies may read.
  [[nodiscard]] std::size_t read_by_bodies() const { return static_cast<std::size_t>(epilogue_); }

  /// The shared nodes that some body contributes to and that lead to a parameter, as numbers of
  /// shared nodes: those whose grads are folded.
  [[nodiscard]] const std::vector<std::size_t>& folded() const { return folded_; }
  /// [shared], which fold is the node's; -1: none.
  [[nodiscard]] const std::vector<int>& fold_of() const { return fold_of_; }
  [[nodiscard]] std::size_t join_count() const { return join_count_; }

  /// What does not change from batch to batch: the constants of all Programs, and 1; else 0.
  template <class T>
  [[nodiscard]] std::vector<T> initial(std::span<const Schedule> schedules) const;

private:
  /// Of a node of the first Program: shared nodes, then the epilogue's.
  [[nodiscard]] Ref number(NodeIndex node) const;

  const Program* first_;
  std::vector<const Program*> programs_;
  std::vector<std::size_t> folded_;
  std::vector<int> fold_of_;
  std::size_t join_count_, size_;
  Ref epilogue_, left_, final_, seeds_, sums_, folds_, weight_;
  std::vector<Ref> constants_;  // [program]
};

}  // namespace levelgrad::cuda
