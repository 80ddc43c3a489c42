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
class BasicNativeExecutor<T>::Implementation : public BatchExecutor<T> {
public:
  explicit Implementation(const NativeOptions& options)
      : Implementation(
            std::make_unique<NativeBodies<T>>(NativeCompiler::find(), with_cache(options)),
            options.threads) {}

  [[nodiscard]] const std::string& why_not() const { return bodies_.why_not(); }

private:
  // References: a parameter that is moved to may be made before `*bodies` is looked at.
  Implementation(std::unique_ptr<NativeBodies<T>>&& bodies, std::size_t threads)
      : Implementation(*bodies, std::move(bodies), threads) {}
  Implementation(const NativeBodies<T>& known, std::unique_ptr<NativeBodies<T>>&& bodies,
                 std::size_t threads)
      : BatchExecutor<T>(std::move(bodies), threads), bodies_(known) {}

  const NativeBodies<T>& bodies_;  // the base's
};

template <class T>
BasicNativeExecutor<T>::BasicNativeExecutor(const NativeOptions& options)
    : implementation_(std::make_unique<Implementation>(options)) {}
template <class T>
BasicNativeExecutor<T>::~BasicNativeExecutor() = default;

template <class T>
std::string BasicNativeExecutor<T>::name() const {
  return "host-native, " + implementation_->description();
}
template <class T>
std::string BasicNativeExecutor<T>::why_not() const {
  return implementation_->why_not();
}
template <class T>
void BasicNativeExecutor<T>::load(std::span<const Program> programs) {
  implementation_->load(programs);
}
template <class T>
void BasicNativeExecutor<T>::set_parameters(std::span<const T> numbers) {
  implementation_->state().set(numbers);
}
template <class T>
std::vector<T> BasicNativeExecutor<T>::parameters() const {
  const std::span<const T> numbers = implementation_->state().numbers();
  return {numbers.begin(), numbers.end()};
}
template <class T>
void BasicNativeExecutor<T>::run(const BasicBatch<T>& batch, const BasicResults<T>& results) {
  implementation_->run(batch, results);
}
template <class T>
bool BasicNativeExecutor<T>::update(const BasicUpdate<T>& update) {
  return implementation_->state().update(update);
}
template <class T>
BasicNodeNumbers<T> BasicNativeExecutor<T>::inspect(const BasicBatch<T>& batch,
                                                    std::size_t example) {
  return implementation_->inspect(batch, example);
}

template class BasicNativeExecutor<float>;
template class BasicNativeExecutor<double>;

}  // namespace levelgrad::host
