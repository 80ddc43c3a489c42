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
void DeviceOptimizer<T>::update(const BasicUpdate<T>& update, const UpdateTask<T>& task,
                                cudaStream_t stream) {
  const std::size_t room = std::max<std::size_t>(task.count, 1);
  states_->updated.reserve(room);
  std::visit(
      [&]<class Scalars>(const Scalars& scalars) {
        using Optimizer = typename Scalars::Optimizer;
        using State = typename Optimizer::template State<T>;
        using Own = typename States::template Of<State>;
        if (!std::holds_alternative<Own>(states_->states)) {
          Own fresh;
          fresh.now.upload(std::vector<State>(room), stream);
          fresh.next.reserve(room);
          states_->before = std::exchange(states_->states, std::move(fresh));
        }
        Own& own = std::get<Own>(states_->states);
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
