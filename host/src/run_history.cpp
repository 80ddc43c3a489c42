// SPDX-License-Identifier: MIT
#include "levelgrad/host/run_history.h"

#include <cmath>

#include "levelgrad/error.h"

namespace levelgrad::host {

double judged_loss(const StepReport& report) {
  return report.validation ? report.validation->loss : report.loss;
}

bool RunHistory::add(const StepReport& report) {
  reports_.push_back(report);
  const double loss = judged_loss(report), least = judged_loss(best());
  const bool better =
      reports_.size() == 1 || loss < least || (std::isnan(least) && !std::isnan(loss));
  if (better) best_ = reports_.size() - 1;
  return better;
}

const StepReport& RunHistory::best() const {
  if (reports_.empty()) throw ArgumentError("the best of no reports");
  return reports_[best_];
}

}  // namespace levelgrad::host
