// SPDX-License-Identifier: MIT
//
// Workers that call lane kernels node by node: they need no compiler, and can keep every number.
#pragma once

#include <vector>

#include "body_worker.h"
#include "lane_worker.h"
#include "levelgrad/host/host_executor.h"

namespace levelgrad::host {

template <class T>
class LaneBodies : public BodyMaker<T> {
public:
  /// isa, sub_block   as HostOptions has them. Errors: as HostExecutor says.
  LaneBodies(const std::string& isa, std::size_t sub_block);

  [[nodiscard]] std::string name() const override { return kernels_.isa; }
  void load(std::span<const Schedule> schedules) override;
  [[nodiscard]] std::size_t sub_block() const override { return sub_block_; }
  [[nodiscard]] std::unique_ptr<BodyWorker<T>> make(std::size_t program,
                                                    const StorageNeeds& needs) override;

private:
  struct Made {
    std::size_t program;
    StorageNeeds needs;
    std::unique_ptr<LanePlan<T>> plan;
  };

  const LaneKernels<T>& kernels_;
  std::size_t wanted_sub_block_, sub_block_ = 0;
  std::span<const Schedule> schedules_;
  std::vector<Made> made_;
};

/// Every number of one example: runs it alone. uniform [node], seeds [join].
template <class T>
[[nodiscard]] BasicNodeNumbers<T> numbers_of_lane(const Schedule& schedule,
                                                  const BasicBatch<T>& batch, std::size_t example,
                                                  const T* uniform, std::span<const T> seeds);

extern template class LaneBodies<float>;
extern template class LaneBodies<double>;

}  // namespace levelgrad::host
