// SPDX-License-Identifier: MIT
#include "levelgrad/host/expression_fit.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "levelgrad/diagnose.h"
#include "levelgrad/error.h"
#include "levelgrad/host/host_executor.h"

namespace levelgrad::host {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// The place of the largest number; one that is not finite is larger than all others.
template <class F>
std::size_t place_of_largest(std::size_t count, const F& number_at) {
  std::size_t largest = 0;
  double most = -infinity;
  for (std::size_t place = 0; place < count; ++place) {
    const double number = number_at(place);
    const double rank = std::isfinite(number) ? number : infinity;
    if (rank <= most) continue;
    largest = place;
    most = rank;
  }
  return largest;
}

}  // namespace

ExpressionFit::ExpressionFit(ExpressionBag bag, Dataset data, double lr,
                             std::unique_ptr<Executor> executor)
    : bag_(std::move(bag)),
      data_(std::move(data)),
      lr_(lr),
      executor_(executor ? std::move(executor) : std::make_unique<HostExecutor>()),
      active_(bag_.trees.size()),
      grads_(bag_.initial.size()),
      kept_(bag_.initial) {
  if (!(std::isfinite(lr) && lr > 0)) throw ArgumentError("lr must be a positive number");
  if (data_.example_count() == 0 || data_.feature_count != bag_.feature_count) {
    throw ArgumentError(
        "a data set of other features than the expressions have, or without points");
  }
  programs_ = record_expressions(bag_);
  std::iota(active_.begin(), active_.end(), std::size_t{0});
  examples_ = examples_of(active_, data_);
  executor_->load(programs_);
}

Batch ExpressionFit::batch() const {
  return {.example_count = examples_.programs.size(),
          .inputs = examples_.inputs,
          .programs = examples_.programs};
}

double ExpressionFit::error_of(std::size_t place) const {
  const std::size_t count = data_.example_count();
  const auto first = errors_.begin() + static_cast<std::ptrdiff_t>(place * count);
  const double sum = std::accumulate(first, first + static_cast<std::ptrdiff_t>(count), 0.0);
  return sum / static_cast<double>(count);
}

ExpressionStep ExpressionFit::step() {
  const Update update =
      optimizer::AdamW::scalars<double>({.lr = lr_, .weight_decay = 0}, next_step_ + 1);
  double loss = 0;
  while (true) {
    errors_.resize(examples_.programs.size());
    executor_->run(batch(),
                   {.loss = std::span(&loss, 1), .outputs = {{}, errors_}, .grads = grads_});
    if (std::isfinite(loss) && executor_->update(update)) break;
    leave_out_the_culprit(loss);
  }
  const std::size_t best =
      place_of_largest(active_.size(), [&](std::size_t place) { return -error_of(place); });
  return {next_step_++, loss, active_[best], error_of(best)};
}

/// Of several trees the one with the lowest example; the next round finds the next.
void ExpressionFit::leave_out_the_culprit(double loss) {
  const std::vector<double> now = executor_->parameters();
  const auto found = find_non_finite(programs_, batch(), std::span<const double>(now));
  std::size_t place = 0;
  std::string why = "its grads leave the range of numbers in the update";
  if (found && found->example) {
    place = *found->example / data_.example_count();
    why = found->description;
  } else if (!std::isfinite(loss)) {
    place = place_of_largest(active_.size(), [&](std::size_t k) { return error_of(k); });
    why = "its errors leave the range of numbers when they are added up";
  } else {
    place = place_of_largest(active_.size(), [&](std::size_t k) {
      double most = 0;
      for (const double grad : bag_.parameters_of(active_[k], std::span<const double>(grads_))) {
        most = std::isfinite(grad) ? std::max(most, std::abs(grad)) : infinity;
      }
      return most;
    });
  }
  const std::size_t tree = active_[place];
  left_out_.push_back({tree, next_step_, why});
  for (std::size_t i = bag_.begin[tree]; i < bag_.begin[tree + 1]; ++i) kept_[i] = now[i];
  active_.erase(active_.begin() + static_cast<std::ptrdiff_t>(place));
  if (active_.empty()) {
    throw DivergedError(
        "step " + std::to_string(next_step_) + ": no expression is left; the last " + "one: " + why,
        "the rate is probably too high: try a smaller --lr");
  }
  examples_ = examples_of(active_, data_);
}

std::vector<double> ExpressionFit::errors() {
  errors_.resize(examples_.programs.size());
  executor_->run(batch(), {.outputs = {{}, errors_}});
  std::vector<double> of_trees(bag_.trees.size(), infinity);
  for (std::size_t place = 0; place < active_.size(); ++place) {
    const double error = error_of(place);
    if (std::isfinite(error)) of_trees[active_[place]] = error;
  }
  return of_trees;
}

std::vector<double> ExpressionFit::parameters() const {
  std::vector<double> numbers = executor_->parameters();
  for (const LeftOut& gone : left_out_) {
    for (std::size_t i = bag_.begin[gone.tree]; i < bag_.begin[gone.tree + 1]; ++i) {
      numbers[i] = kept_[i];
    }
  }
  return numbers;
}

std::string ExpressionFit::text(std::size_t tree, std::span<const double> parameters) const {
  return text_of(bag_.trees[tree], bag_.parameters_of(tree, parameters));
}

}  // namespace levelgrad::host
