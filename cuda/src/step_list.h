// SPDX-License-Identifier: MIT
//
// Steps that are run without a look at each: checked first, their indices in one list.
#pragma once

#include <cstdint>
#include <exception>
#include <span>
#include <vector>

#include "levelgrad/executor.h"

namespace levelgrad::cuda {

template <class T>
class StepList {
public:
  /// Borrows the steps. programs are those that are loaded. Errors: ShapeError for lengths that do
  /// not fit each other.
  StepList(const BasicSteps<T>& steps, std::span<const Program> programs);

  /// Whether the steps can be run without a look at each: all updates are of one optimizer, and the
  /// indices are not too many to lie on the device together.
  [[nodiscard]] bool at_once() const { return one_optimizer_ && !too_many_; }
  /// Steps that can be run: those before the first whose batch is wrong.
  [[nodiscard]] std::size_t size() const { return first_.size(); }
  /// What is wrong with the batch behind them.
  void throw_error() const {
    if (error_) std::rethrow_exception(error_);
  }

  /// Of all steps; steps with the same batch share them.
  [[nodiscard]] std::span<const std::uint32_t> indices() const { return indices_; }
  [[nodiscard]] std::size_t first_index(std::size_t step) const { return first_[step]; }
  /// Examples of the largest batch, at least 1.
  [[nodiscard]] std::size_t longest() const { return longest_; }
  /// Which Program each example of a step has; empty: the first.
  [[nodiscard]] std::span<const std::uint32_t> programs(std::size_t step) const {
    if (programs_.empty()) return {};
    return std::span(programs_).subspan(first_[step], steps_.batches[step].size());
  }

private:
  void append(std::size_t step);
  void check(std::span<const std::uint32_t> batch) const;

  const BasicSteps<T>& steps_;
  std::span<const Program> loaded_;
  bool one_optimizer_ = true, too_many_ = false;
  std::size_t longest_ = 1;
  std::vector<std::size_t> first_;
  std::vector<std::uint32_t> indices_, programs_;
  std::exception_ptr error_;
};

}  // namespace levelgrad::cuda
