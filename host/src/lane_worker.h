// SPDX-License-Identifier: MIT
//
// Runs a lane plan for one sub-block after another; each thread has a worker of its own.
#pragma once

#include <span>
#include <vector>

#include "aligned_array.h"
#include "body_worker.h"
#include "lane_plan.h"

namespace levelgrad::host {

template <class T>
class LaneWorker : public BodyWorker<T> {
public:
  /// Borrowed.
  LaneWorker(const LanePlan<T>& plan, const LaneKernels<T>& kernels);

  void start(const T* uniform, std::span<const T> seeds) override;
  void forward(const BasicBatch<T>& batch, LaneRange examples) override;
  void store_outputs(std::span<const std::span<T>> outputs) const override;
  [[nodiscard]] const T* joined(std::size_t join) const override {
    return lanes_.data() + plan_.joined[join];
  }
  void backward() override;
  void store_input_grads(const BasicBatch<T>& batch, std::span<T> grads) const override;
  void fold(std::span<T> sums) override;
  void fold_each(std::span<T> sums, std::size_t shared_count) override;

  /// A number of the sub-block's first lane; 0 where the plan has no place for it.
  [[nodiscard]] T first_lane(std::uint32_t offset) const {
    return offset == LanePlan<T>::none ? T(0) : lanes_.data()[offset];
  }

private:
  using Lanes = typename LanePlan<T>::Lanes;
  using Fold = typename LanePlan<T>::Fold;

  [[nodiscard]] LaneRun<T> lane_run() { return {lanes_.data(), uniform_, width_}; }
  void load(const BasicBatch<T>& batch);
  void prepare(const Fold& fold);
  void fold(const Fold& fold, std::size_t first_lane, std::size_t last_lane, T* sums);
  void fold_unturned(const Fold& fold, std::size_t first_lane, std::size_t last_lane, T* sums);
  const T* resolve(const Lanes& lanes);
  void turn(const Lanes* columns, std::size_t count, T* to);

  const LanePlan<T>& plan_;
  const LaneKernels<T>& kernels_;
  const T* uniform_ = nullptr;
  std::span<const T> seeds_;
  LaneRange examples_ = {0, 0};
  std::size_t width_ = 0;               // examples_.count, rounded up to whole packs
  AlignedArray<T> lanes_;               // [slot][sub_block]
  AlignedArray<T> columns_;             // [turned term][sub_block][fold_columns]
  AlignedArray<T> sums_;                // [row][fold_columns]
  std::vector<const T*> rows_;          // [term][row]
  std::vector<const T*> column_lanes_;  // [term][column], where they are not turned
};

extern template class LaneWorker<float>;
extern template class LaneWorker<double>;

}  // namespace levelgrad::host
