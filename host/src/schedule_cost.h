// SPDX-License-Identifier: MIT
//
// Operations and traffic of one example.
#pragma once

#include "levelgrad/host/schedule_report.h"

namespace levelgrad::host {

/// Whether the node's grad is needed and differs from lane to lane. It does not where only joins
/// contribute to it: that grad belongs to the batch.
[[nodiscard]] bool has_lane_grad(const Schedule& schedule, NodeIndex node);

struct StepCost {
  Passes forward, backward, folds;
};

/// As report_on() counts.
[[nodiscard]] StepCost step_cost(const Schedule& schedule, Dtype dtype);

}  // namespace levelgrad::host
