// SPDX-License-Identifier: MIT
#include "update.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

namespace levelgrad::cuda {
template <class T>
struct DeviceOptimizer<T>::States {
  template <class State>
  struct Of {
    DeviceArray<State> now, next;
  };
#define LG_STATES(name) , Of<optimizer::name::State<T>>
  using Any = typename detail::VariantOfRest<void, std::monostate LG_OPTIMIZERS(LG_STATES)>::Type;
#undef LG_STATES
  Any states;
  std::optional<Any>
      before;  // those of another optimizer, until the first step of this one is done
  DeviceArray<T> updated;

  /// Those of this kind; fresh ones, [room], where others were here.
  template <class State>
  auto& of(std::size_t room, cudaStream_t stream);
};

template <class T>
DeviceOptimizer<T>::DeviceOptimizer() : states_(std::make_unique<States>()) {}
template <class T>
DeviceOptimizer<T>::~DeviceOptimizer() = default;

template <class T>
void DeviceOptimizer<T>::forget() {
  states_->states = std::monostate();
  states_->before.reset();
}

template <class T>
void DeviceOptimizer<T>::settle(bool done) {
  if (!done && states_->before) states_->states = std::move(*states_->before);
  states_->before.reset();
}

template <class T>
template <class State>
auto& DeviceOptimizer<T>::States::of(std::size_t room, cudaStream_t stream) {
  if (!std::holds_alternative<Of<State>>(states)) {
    Of<State> fresh;
    fresh.now.upload(std::vector<State>(room), stream);
    fresh.next.reserve(room);
    before = std::exchange(states, std::move(fresh));
  }
  return std::get<Of<State>>(states);
}

template <class T>
void* DeviceOptimizer<T>::states_for(const BasicUpdate<T>& update, std::size_t count,
                                     cudaStream_t stream) {
  return std::visit(
      [&]<class Scalars>(const Scalars&) -> void* {
        using State = typename Scalars::Optimizer::template State<T>;
        return states_->template of<State>(std::max<std::size_t>(count, 1), stream).now.data();
      },
      update);
}

template <class T>
void DeviceOptimizer<T>::update(const BasicUpdate<T>& update, const UpdateTask<T>& task,
                                cudaStream_t stream) {
  const std::size_t room = std::max<std::size_t>(task.count, 1);
  states_->updated.reserve(room);
  std::visit(
      [&]<class Scalars>(const Scalars& scalars) {
        using Optimizer = typename Scalars::Optimizer;
        using State = typename Optimizer::template State<T>;
        auto& own = states_->template of<State>(room, stream);
        if (task.loss != nullptr) launch_note_loss(task, stream);
        launch_propose<Optimizer>(task, scalars, own.now.data(), own.next.data(),
                                  states_->updated.data(), stream);
        launch_commit(task, states_->updated.data(), own.next.data(), own.now.data(), stream);
      },
      update);
}

template class DeviceOptimizer<float>;
template class DeviceOptimizer<double>;

}  // namespace levelgrad::cuda
