// SPDX-License-Identifier: MIT
#include "levelgrad/cuda/level_executor.h"

#include "check.h"
#include "levelgrad/cuda/devices.h"

namespace levelgrad::cuda {

const char* name_of(Strategy strategy) {
  switch (strategy) {
    case Strategy::Launches:
      return "launches";
    case Strategy::Persistent:
      return "persistent";
    case Strategy::Auto:
      break;
  }
  return "auto";
}

namespace {
[[noreturn]] void missing() { throw InternalError("cuda-level is being written"); }
}  // namespace

template <class T>
class BasicLevelExecutor<T>::Implementation {};
template <class T>
BasicLevelExecutor<T>::BasicLevelExecutor(LevelOptions) {
  const Devices devices = find_devices();
  if (devices.list.empty()) throw DeviceError("no GPU can be used: " + devices.why_none);
}
template <class T>
BasicLevelExecutor<T>::~BasicLevelExecutor() = default;
template <class T>
std::string BasicLevelExecutor<T>::name() const {
  return "cuda-level";
}
template <class T>
void BasicLevelExecutor<T>::load(std::span<const Program>) {
  missing();
}
template <class T>
void BasicLevelExecutor<T>::set_parameters(std::span<const T>) {
  missing();
}
template <class T>
std::vector<T> BasicLevelExecutor<T>::parameters() const {
  missing();
}
template <class T>
void BasicLevelExecutor<T>::run(const BasicBatch<T>&, const BasicResults<T>&) {
  missing();
}
template <class T>
bool BasicLevelExecutor<T>::update(const BasicUpdate<T>&) {
  missing();
}
template <class T>
BasicNodeNumbers<T> BasicLevelExecutor<T>::inspect(const BasicBatch<T>&, std::size_t) {
  missing();
}
template <class T>
BasicStepsReport<T> BasicLevelExecutor<T>::run_steps(const BasicSteps<T>& steps) {
  return BasicExecutor<T>::run_steps(steps);
}

template class BasicLevelExecutor<float>;
template class BasicLevelExecutor<double>;

}  // namespace levelgrad::cuda
