// SPDX-License-Identifier: MIT
//
// The loaded Programs' tables in device memory.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "body_table.h"
#include "device_memory.h"
#include "forest_view.h"
#include "kernels.h"
#include "uniform_table.h"

namespace levelgrad::cuda {

/// A forward table that its own device memory holds.
class DeviceForward {
public:
  DeviceForward(const ForwardTable& table, cudaStream_t stream);
  [[nodiscard]] ForwardView view() const;

private:
  DeviceArray<Step> steps_;
  DeviceArray<std::uint8_t> ops_, waits_;
  DeviceArray<std::uint32_t> level_begin_;
  std::uint32_t levels_;
};

class DeviceBackward {
public:
  DeviceBackward(const BackwardTable& table, cudaStream_t stream);
  [[nodiscard]] BackwardView view() const;
  /// The launches that its levels make.
  [[nodiscard]] const std::vector<LevelRun>& runs() const { return runs_; }

private:
  DeviceArray<Gather> gathers_;
  DeviceArray<Term> terms_;
  DeviceArray<Rest> rests_;
  DeviceArray<std::uint32_t> level_begin_;
  DeviceArray<std::uint8_t> waits_;
  std::uint32_t levels_;
  std::vector<LevelRun> runs_;
};

/// Prologue and epilogue.
class DeviceUniform {
public:
  DeviceUniform(const Schedule& schedule, const UniformLayout& layout, cudaStream_t stream);
  [[nodiscard]] UniformView view() const;
  /// [folded node], where its fold starts among the uniform numbers.
  [[nodiscard]] const Ref* left_of() const { return left_of_.data(); }
  /// The prologue's backward pass for examples in lanes.
  [[nodiscard]] const DeviceBackward& of_lanes() const { return of_lanes_; }

private:
  DeviceForward prologue_, epilogue_;
  DeviceBackward epilogue_back_, prologue_back_, of_lanes_;
  DeviceArray<Ref> left_of_;
};

/// The bodies of all Programs for one kind of pass, one behind the other.
class DeviceBodies {
public:
  DeviceBodies(std::span<const Schedule> schedules, const UniformLayout& layout,
               const StorageNeeds& needs, cudaStream_t stream);

  [[nodiscard]] const StorageNeeds& needs() const { return needs_; }
  [[nodiscard]] const BodyView& view(std::size_t program) const { return views_[program]; }
  [[nodiscard]] ProgramsView programs() const;
  [[nodiscard]] const std::vector<LevelRun>& forward_runs(std::size_t program) const {
    return forward_runs_[program];
  }
  [[nodiscard]] const std::vector<LevelRun>& backward_runs(std::size_t program) const {
    return backward_runs_[program];
  }
  /// [level of the backward table], which of the Schedule's, for names.
  [[nodiscard]] const std::vector<std::size_t>& backward_levels(std::size_t program) const {
    return backward_levels_[program];
  }
  [[nodiscard]] const ForestRows& forward_rows() const { return forward_rows_; }
  [[nodiscard]] const ForestRows& backward_rows() const { return backward_rows_; }
  /// [node], slot or no_slot.
  [[nodiscard]] const std::vector<Ref>& value(std::size_t program) const { return value_[program]; }
  [[nodiscard]] const std::vector<Ref>& grad(std::size_t program) const { return grad_[program]; }

private:
  StorageNeeds needs_;
  DeviceArray<Step> steps_;
  DeviceArray<std::uint8_t> ops_, waits_;
  DeviceArray<Gather> gathers_, folds_;
  DeviceArray<Term> terms_;
  DeviceArray<Rest> rests_;
  DeviceArray<std::uint32_t> level_begin_;
  DeviceArray<Ref> slots_;
  DeviceArray<BodyView> device_views_;
  std::vector<BodyView> views_;
  std::vector<std::vector<LevelRun>> forward_runs_, backward_runs_;
  std::vector<std::vector<std::size_t>> backward_levels_;
  ForestRows forward_rows_, backward_rows_;
  std::vector<std::vector<Ref>> value_, grad_;
};

}  // namespace levelgrad::cuda
