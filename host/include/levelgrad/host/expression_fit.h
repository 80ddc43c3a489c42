// SPDX-License-Identifier: MIT
//
// Fits the numbers of a bag of expressions to data, all trees in one batch.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "levelgrad/executor.h"
#include "levelgrad/host/expressions.h"

namespace levelgrad::host {

/// What a step saw before it updated the parameters.
struct ExpressionStep {
  int step;           ///< counts from 0
  double loss;        ///< mean squared error over all trees that take part, and all points
  std::size_t best;   ///< the tree with the smallest error, the first of equal ones
  double best_error;  ///< its mean squared error over the points
};

/// A tree that takes part no more.
struct LeftOut {
  std::size_t tree;
  int step;         ///< in which it was left out
  std::string why;  ///< the first number that was not finite
};

/// AdamW, without weight decay, on the mean squared error of all trees at all points.
///
/// Trees do not touch each other's parameters, and AdamW has a rate for each of them: a tree is
/// fitted as if it were alone. A tree whose numbers, or their grads, leave the range (a division by
/// 0, an exp that overflows) is left out from there on, and the step is done without it: one bad
/// formula must not end the fit of the others.
class ExpressionFit {
public:
  /// data       its points, copied; the labels are what is fitted.
  /// executor   null: a HostExecutor.
  /// errors     ArgumentError for a rate that is not positive, and for data of other features.
  ExpressionFit(ExpressionBag bag, Dataset data, double lr,
                std::unique_ptr<Executor> executor = nullptr);

  /// One forward pass, backward pass and update; one more for each tree that is left out.
  /// errors   DivergedError where no tree is left.
  ExpressionStep step();

  /// [trees], the mean squared error with the numbers as they are now; infinity for a tree that was
  /// left out, or that is not finite. cost: a forward pass.
  [[nodiscard]] std::vector<double> errors();
  /// All parameters now; those of a tree that was left out as they were then.
  [[nodiscard]] std::vector<double> parameters() const;
  /// The formula of a tree with its parameters, of those of all.
  [[nodiscard]] std::string text(std::size_t tree, std::span<const double> parameters) const;

  [[nodiscard]] const ExpressionBag& bag() const { return bag_; }
  [[nodiscard]] const std::vector<LeftOut>& left_out() const { return left_out_; }
  /// How many trees take part.
  [[nodiscard]] std::size_t active_count() const { return active_.size(); }

private:
  [[nodiscard]] Batch batch() const;
  [[nodiscard]] double error_of(std::size_t place) const;
  void leave_out_the_culprit(double loss);

  ExpressionBag bag_;
  Dataset data_;
  double lr_;
  std::unique_ptr<Executor> executor_;
  std::vector<Program> programs_;
  std::vector<std::size_t> active_;  // trees that take part, ascending
  ExpressionExamples examples_;      // theirs
  std::vector<double> errors_;       // [example], of the last run
  std::vector<double> grads_;        // [parameter], of the last step
  std::vector<LeftOut> left_out_;
  std::vector<double> kept_;  // [parameter], those of trees left out
  int next_step_ = 0;
};

}  // namespace levelgrad::host
