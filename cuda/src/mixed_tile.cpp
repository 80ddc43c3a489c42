// SPDX-License-Identifier: MIT
#include "mixed_tile.h"

#include <algorithm>

#include "forest_kernels.h"
#include "kernels.h"
#include "launch_strategy.h"
#include "levelgrad/error.h"
#include "ranges.h"

namespace levelgrad::cuda {

template <class T>
void MixedTile<T>::arrange_groups(const DeviceBodies& bodies,
                                  std::span<const std::uint32_t> programs) {
  std::vector<std::vector<std::uint32_t>> by_program;
  for (std::uint32_t place = 0; place < programs.size(); ++place) {
    if (by_program.size() <= programs[place]) by_program.resize(programs[place] + 1);
    by_program[programs[place]].push_back(place);
  }
  groups_.clear();
  places_.clear();
  forest_programs_.clear();
  forest_numbers_.clear();
  lanes_.assign(programs.size(), {});
  number_count_ = 0;
  for (std::uint32_t program = 0; program < by_program.size(); ++program) {
    const std::vector<std::uint32_t>& members = by_program[program];
    if (members.size() < least_lanes) continue;
    const auto stride = static_cast<std::uint32_t>(padded_lanes(members.size()));
    groups_.push_back({program, static_cast<std::uint32_t>(places_.size()),
                       static_cast<std::uint32_t>(members.size()), number_count_});
    for (std::size_t lane = 0; lane < members.size(); ++lane) {
      lanes_[members[lane]] = {number_count_ + lane, stride, program};
    }
    places_.insert(places_.end(), members.begin(), members.end());
    number_count_ += std::size_t{stride} * bodies.view(program).slots;
  }
  forest_first_ = static_cast<std::uint32_t>(places_.size());
  for (std::uint32_t program = 0; program < by_program.size(); ++program) {
    if (by_program[program].size() >= least_lanes) continue;
    for (const std::uint32_t place : by_program[program]) {
      places_.push_back(place);
      forest_programs_.push_back(program);
      forest_numbers_.push_back(number_count_);
      lanes_[place] = {number_count_, 1, program};
      number_count_ += bodies.view(program).slots;
    }
  }
  forest_count_ = static_cast<std::uint32_t>(places_.size()) - forest_first_;
}

template <class T>
void MixedTile<T>::arrange(const DeviceBodies& bodies, std::span<const std::uint32_t> programs,
                           bool backward, cudaStream_t stream) {
  const bool same =
      bodies_ == &bodies && backward_ == backward && std::ranges::equal(programs_, programs);
  if (same) return;
  bodies_ = nullptr;  // until all is done
  arrange_groups(bodies, programs);
  data_.reserve(std::max<std::size_t>(number_count_, 1));
  device_places_.upload(places_, stream);
  device_lanes_.upload(lanes_, stream);
  if (forest_count_ > 0) {
    device_forest_programs_.upload(forest_programs_, stream);
    device_forest_numbers_.upload(forest_numbers_, stream);
    forward_.build(bodies.forward_rows(), forest_programs_, device_forest_programs_.data(), stream);
    if (backward) {
      back_.build(bodies.backward_rows(), forest_programs_, device_forest_programs_.data(), stream);
    }
  }
  programs_.assign(programs.begin(), programs.end());
  backward_ = backward;
  bodies_ = &bodies;
}

template <class T>
LanesView<T> MixedTile<T>::lanes_of(const Group& group, const LanesView<T>& tile) const {
  LanesView<T> lanes = tile;
  lanes.count = group.count;
  lanes.place = device_places_.data() + group.first_place;
  lanes.data = data_.data() + group.first_number;
  lanes.stride = padded_lanes(group.count);
  return lanes;
}

template <class T>
ForestView<T> MixedTile<T>::forest_of(const TileTask<T>& task) const {
  LanesView<T> lanes = task.lanes;
  lanes.count = forest_count_;
  lanes.place = device_places_.data() + forest_first_;
  lanes.data = data_.data();
  lanes.stride = 1;
  return {bodies_->programs(),
          forward_.view(),
          backward_ ? back_.view() : ForestLevels{nullptr, nullptr, 0},
          device_forest_numbers_.data(),
          device_forest_programs_.data(),
          lanes};
}

template <class T>
MixedView<T> MixedTile<T>::view(const TileTask<T>& task) const {
  return {bodies_->programs(), device_lanes_.data(), data_.data(), 0, task.lanes.uniform};
}

namespace {

template <class T>
void launch_forest(const ForestView<T>& forest, const ForestPass& forward, const ForestPass& back,
                   bool backward, cudaStream_t stream) {
  launch_forest_load(forest, stream);
  for (std::size_t level = 0; level + 1 < forward.begin().size(); ++level) {
    const Range range("forest forward", level + 1, level + 1);
    launch_forest_forward(forest, forward.begin()[level], forward.begin()[level + 1], stream);
  }
  launch_forest_store(forest, stream);
  if (!backward) return;
  for (std::size_t level = 0; level + 1 < back.begin().size(); ++level) {
    const Range range("forest backward, a level of each graph");
    launch_forest_backward(forest, back.begin()[level], back.begin()[level + 1], stream);
  }
  if (forest.lanes.input_grads != nullptr) launch_forest_store_input_grads(forest, stream);
}

}  // namespace

template <class T>
void MixedTile<T>::run(const TileTask<T>& task, bool persistent, int device, cudaStream_t stream) {
  if (bodies_ != task.bodies) throw InternalError("a mixed tile that is not arranged");
  if (task.before != 0) launch_uniform(task.uniform, task.before, task.numbers, stream);
  for (const Group& group : groups_) {
    const LanesView<T> lanes = lanes_of(group, task.lanes);
    if (persistent) {
      launch_walk(task.bodies->view(group.program), lanes, task.backward, stream);
    } else {
      launch_body(*task.bodies, group.program, lanes, task.backward, stream);
    }
  }
  if (forest_count_ > 0) {
    const ForestView<T> forest = forest_of(task);
    if (persistent) {
      launch_forest_walk(forest, task.backward, device, stream);
    } else {
      launch_forest(forest, forward_, back_, task.backward, stream);
    }
  }
  if (task.backward && task.body().folded > 0) {
    launch_fold_mixed(view(task), task.body().folded, task.body().joins, task.folds, stream);
  }
  launch_end(task, stream);
}

template class MixedTile<float>;
template class MixedTile<double>;

}  // namespace levelgrad::cuda
