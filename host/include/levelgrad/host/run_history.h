// SPDX-License-Identifier: MIT
//
// What a training has reported so far, and what follows from it: the best step, and when to stop.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "levelgrad/host/trainer.h"

namespace levelgrad::host {

/// The loss that a training is judged by: that of the validation, where there is one.
[[nodiscard]] double judged_loss(const StepReport& report);

class RunHistory {
public:
  /// Takes the next report. Returns whether it is the best so far: the first of equal ones; a loss
  /// that is not a number never is.
  bool add(const StepReport& report);

  [[nodiscard]] std::span<const StepReport> reports() const { return reports_; }
  /// Errors: ArgumentError where there is none.
  [[nodiscard]] const StepReport& best() const;
  /// How many reports came after the best.
  [[nodiscard]] std::size_t reports_since_best() const { return reports_.size() - best_ - 1; }
  /// Whether so many reports brought nothing better; patience 0: never.
  [[nodiscard]] bool exhausted(std::size_t patience) const {
    return patience > 0 && !reports_.empty() && reports_since_best() >= patience;
  }

private:
  std::vector<StepReport> reports_;
  std::size_t best_ = 0;
};

}  // namespace levelgrad::host
