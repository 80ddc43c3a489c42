// SPDX-License-Identifier: MIT
#include "strategy_choice.h"

#include <algorithm>

namespace levelgrad::cuda {

Strategy StrategyChoice::next(std::size_t examples, std::uint32_t kind, cudaStream_t stream) {
  if (wanted_ != Strategy::Auto) return wanted_;
  running_.reset();  // of a batch that has failed
  auto known = std::ranges::find_if(
      measured_, [&](const Measured& m) { return m.examples == examples && m.kind == kind; });
  if (known == measured_.end()) {
    constexpr std::size_t most = 64;  // batch sizes
    if (measured_.size() == most) measured_.erase(measured_.begin());
    measured_.push_back({examples, kind});
    known = measured_.end() - 1;
  }
  if (known->tried == trials) {
    return known->ms[0] <= known->ms[1] ? Strategy::Persistent : Strategy::Launches;
  }
  if (begin_.get() == nullptr) {
    begin_ = make_event(cudaEventDefault);
    end_ = make_event(cudaEventDefault);
  }
  running_ = static_cast<std::size_t>(known - measured_.begin());
  LG_CUDA(cudaEventRecord(begin_.get(), stream));
  return known->tried % 2 == 0 ? Strategy::Persistent : Strategy::Launches;
}

void StrategyChoice::done(cudaStream_t stream) {
  if (!running_) return;
  Measured& measured = measured_[*running_];
  running_.reset();
  LG_CUDA(cudaEventRecord(end_.get(), stream));
  LG_CUDA(cudaEventSynchronize(end_.get()));
  LG_CUDA(cudaEventElapsedTime(&measured.ms[measured.tried % 2], begin_.get(), end_.get()));
  ++measured.tried;
}

}  // namespace levelgrad::cuda
