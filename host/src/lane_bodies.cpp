// SPDX-License-Identifier: MIT
#include "lane_bodies.h"

#include <algorithm>

#include "levelgrad/batch_order.h"
#include "levelgrad/error.h"

namespace levelgrad::host {
namespace {

template <class T>
const LaneKernels<T>& kernels_of(const std::string& isa) {
  std::string names;
  for (const LaneKernels<T>* kernels : lane_kernels<T>()) {
    if (isa.empty() || kernels->isa == isa) return *kernels;
    names += (names.empty() ? "" : ", ") + std::string(kernels->isa);
  }
  throw ArgumentError("this processor has no instruction set '" + isa + "'", "it has: " + names);
}

/// As many lanes as keep the numbers of a sub-block in the cache: the more, the fewer calls.
template <class T>
std::size_t fitting_sub_block(std::span<const Schedule> schedules) {
  constexpr std::size_t cache = 128 * 1024;  // a part of the smallest second-level caches
  std::size_t slots = 1;
  for (const Schedule& schedule : schedules) {
    slots = std::max(slots, static_cast<std::size_t>(allocate(schedule, {}).slot_count));
  }
  for (const std::size_t lanes : {chunk_size, chunk_size / 2}) {
    if (slots * lanes * sizeof(T) <= cache) return lanes;
  }
  return chunk_size / 4;
}

}  // namespace

template <class T>
LaneBodies<T>::LaneBodies(const std::string& isa, std::size_t sub_block)
    : kernels_(kernels_of<T>(isa)), wanted_sub_block_(sub_block) {
  if (sub_block > chunk_size || sub_block % lane_pack != 0) {
    throw ArgumentError("a sub-block has 16, 32, ... or 128 lanes, not " +
                        std::to_string(sub_block));
  }
}

template <class T>
void LaneBodies<T>::load(std::span<const Schedule> schedules) {
  const std::size_t fitting =
      wanted_sub_block_ == 0 ? fitting_sub_block<T>(schedules) : wanted_sub_block_;
  made_.clear();
  schedules_ = schedules;
  sub_block_ = fitting;
}

template <class T>
std::unique_ptr<BodyWorker<T>> LaneBodies<T>::make(std::size_t program, const StorageNeeds& needs) {
  const auto is_this = [&](const Made& made) {
    return made.program == program && made.needs.backward == needs.backward &&
           made.needs.input_grads == needs.input_grads;
  };
  auto known = std::ranges::find_if(made_, is_this);
  if (known == made_.end()) {
    auto plan = std::make_unique<LanePlan<T>>(
        make_lane_plan(schedules_[program], needs, kernels_, sub_block_));
    made_.push_back({program, needs, std::move(plan)});
    known = made_.end() - 1;
  }
  return std::make_unique<LaneWorker<T>>(*known->plan, kernels_);
}

template <class T>
BasicNodeNumbers<T> numbers_of_lane(const Schedule& schedule, const BasicBatch<T>& batch,
                                    std::size_t example, const T* uniform,
                                    std::span<const T> seeds) {
  const Program& program = schedule.program();
  const LaneKernels<T>& kernels = *lane_kernels<T>().front();
  const StorageNeeds everything{.backward = true, .input_grads = true, .everything = true};
  const LanePlan<T> plan = make_lane_plan(schedule, everything, kernels, lane_pack);
  LaneWorker<T> worker(plan, kernels);
  worker.start(uniform, seeds);
  worker.forward(batch, {example, 1});
  worker.backward();
  BasicNodeNumbers<T> numbers{std::vector<T>(program.node_count(), T(0)),
                              std::vector<T>(program.node_count(), T(0))};
  for (NodeIndex n = 0; n < program.node_count(); ++n) {
    if (!program.varying(n)) continue;
    numbers.values[n] = worker.first_lane(plan.value[n]);
    numbers.grads[n] = program.under_root(n) ? worker.first_lane(plan.grad[n]) : T(0);
  }
  return numbers;
}

#define LG_INSTANTIATE(T)                                                                          \
  template class LaneBodies<T>;                                                                    \
  template BasicNodeNumbers<T> numbers_of_lane(const Schedule&, const BasicBatch<T>&, std::size_t, \
                                               const T*, std::span<const T>);
LG_INSTANTIATE(float)
LG_INSTANTIATE(double)

}  // namespace levelgrad::host
