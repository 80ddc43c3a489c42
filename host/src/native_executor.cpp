// SPDX-License-Identifier: MIT
#include "levelgrad/host/native_executor.h"

#include "batch_executor.h"
#include "levelgrad/host/disk_cache.h"
#include "native_bodies.h"

namespace levelgrad::host {
namespace {

NativeOptions with_cache(NativeOptions options) {
  if (!options.cache) options.cache = std::make_shared<DiskCache>();
  return options;
}

}  // namespace

template <class T>
BasicNativeExecutor<T>::BasicNativeExecutor(const NativeOptions& options)
    : BasicNativeExecutor(
          std::make_unique<NativeBodies<T>>(NativeCompiler::find(), with_cache(options)),
          options.threads) {}

// The bodies are looked at after they are moved, where they still are.
template <class T>
BasicNativeExecutor<T>::BasicNativeExecutor(std::unique_ptr<NativeBodies<T>>&& bodies,
                                            std::size_t threads)
    : BasicCpuExecutor<T>(std::make_unique<BatchExecutor<T>>(std::move(bodies), threads)),
      bodies_(static_cast<const NativeBodies<T>&>(this->implementation().bodies())) {}

template <class T>
std::string BasicNativeExecutor<T>::name() const {
  return "host-native, " + this->implementation().description();
}
template <class T>
std::string BasicNativeExecutor<T>::why_not() const {
  return bodies_.why_not();
}

template class BasicNativeExecutor<float>;
template class BasicNativeExecutor<double>;

}  // namespace levelgrad::host
