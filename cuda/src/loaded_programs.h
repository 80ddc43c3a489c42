// SPDX-License-Identifier: MIT
//
// The Programs that an executor has loaded, on the host and on the device.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "device_tables.h"
#include "levelgrad/program.h"
#include "uniform_layout.h"

namespace levelgrad::cuda {

template <class T>
class LoadedPrograms {
public:
  LoadedPrograms(std::span<const Program> programs, cudaStream_t stream);

  [[nodiscard]] std::span<const Program> programs() const { return programs_; }
  [[nodiscard]] const Program& first() const { return programs_.front(); }
  [[nodiscard]] const Schedule& schedule(std::size_t program) const { return schedules_[program]; }
  [[nodiscard]] const UniformLayout& layout() const { return layout_; }
  [[nodiscard]] const DeviceUniform& uniform() const { return uniform_; }
  /// The array of uniform numbers, parameters first.
  [[nodiscard]] T* numbers() const { return numbers_.data(); }
  [[nodiscard]] T* number(Ref place) const { return numbers_.data() + place; }

  /// The first of the Programs that is the same as this one: their examples are lanes of one body.
  [[nodiscard]] std::uint32_t same(std::size_t program) const { return same_[program]; }
  [[nodiscard]] bool one_pass() const { return one_pass_; }
  [[nodiscard]] bool early_grads() const { return early_grads_; }

  /// The bodies for a kind of pass, made when it is first asked for.
  [[nodiscard]] const DeviceBodies& bodies(const StorageNeeds& needs);

private:
  std::vector<Program> programs_;
  std::vector<Schedule> schedules_;  // borrow the Programs
  std::vector<std::uint32_t> same_;
  UniformLayout layout_;
  cudaStream_t stream_;
  DeviceUniform uniform_;
  DeviceArray<T> numbers_;
  std::vector<std::unique_ptr<DeviceBodies>> bodies_;
  bool one_pass_, early_grads_;
};

}  // namespace levelgrad::cuda
