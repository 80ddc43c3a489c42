// SPDX-License-Identifier: MIT
#include "loaded_programs.h"

#include <algorithm>
#include <map>
#include <string>

namespace levelgrad::cuda {
namespace {

std::vector<Schedule> schedules_of(std::span<const Program> programs) {
  std::vector<Schedule> schedules;
  for (const Program& program : programs) schedules.emplace_back(program);
  return schedules;
}

}  // namespace

template <class T>
LoadedPrograms<T>::LoadedPrograms(std::span<const Program> programs, cudaStream_t stream)
    : programs_(programs.begin(), programs.end()),
      schedules_(schedules_of(programs_)),
      layout_(schedules_),
      stream_(stream),
      uniform_(schedules_.front(), layout_, stream),
      one_pass_(std::ranges::all_of(schedules_, &Schedule::one_pass)),
      early_grads_(std::ranges::all_of(schedules_, &Schedule::early_grads)) {
  std::map<std::string, std::uint32_t> known;
  for (const Program& program : programs_) {
    const auto index = static_cast<std::uint32_t>(same_.size());
    same_.push_back(known.emplace(program.hash(), index).first->second);
  }
  std::vector<T> numbers = layout_.template initial<T>(schedules_);
  for (NodeIndex node = 0; node < first().parameter_count(); ++node) {
    numbers[node] = static_cast<T>(first().initial(node));
  }
  numbers_.upload(numbers, stream);
}

template <class T>
const DeviceBodies& LoadedPrograms<T>::bodies(const StorageNeeds& needs) {
  for (const auto& known : bodies_) {
    const StorageNeeds& have = known->needs();
    if (have.backward == needs.backward && have.input_grads == needs.input_grads &&
        have.everything == needs.everything) {
      return *known;
    }
  }
  bodies_.push_back(std::make_unique<DeviceBodies>(schedules_, layout_, needs, stream_));
  return *bodies_.back();
}

template class LoadedPrograms<float>;
template class LoadedPrograms<double>;

}  // namespace levelgrad::cuda
